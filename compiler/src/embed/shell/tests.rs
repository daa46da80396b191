//! Scripts in which nothing is wrong, and that must be met with silence; how much is read of hostile ones.

use std::process::Command;

use proptest::prelude::*;

use super::grammar;
use super::read::read;
use crate::{MemoryWorld, analyse};

#[test]
fn mistakes_in_a_script_stand_in_its_file() {
    let pipe = "effect tell(name: String, text: String) {\n  sh: \"bin/tell.sh\"\n}\n\npipeline main() -> Int {\n  tell(\"a\", \"b\")\n  1\n}\n";
    let told = |script: &str| {
        let analysis = analyse(&MemoryWorld::new().with("a.pipe", pipe).with("bin/tell.sh", script), "a.pipe");
        let sources = analysis.sources();
        let told = analysis.diagnostics.iter().map(|found| {
            let source = &sources[found.span.file.0 as usize];
            format!("{} {}:{} {}", found.code, source.name, source.place(found.span.start).line, found.message)
        });
        told.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told("#!/bin/bash\necho \"$nmae\" \"$text\"\n"), "E0412 bin/tell.sh:2 nothing sets `$nmae` here");
    assert_eq!(
        told("echo \"$name\"\nif true; then\n"),
        "E0411 bin/tell.sh:2 this is not valid shell: `if` is never ended"
    );
    assert_eq!(told("echo \"$name\"\n"), "W0204 a.pipe:1 the input `text` is never used");
    assert_eq!(told("python3 tell.py \"$name\"\n"), "");
}

/// Whether bash itself has nothing against the script, which is not run.
fn bash_takes(script: &str) -> bool {
    let said = Command::new("bash").args(["-O", "extglob", "-n", "-c", script]).output().expect("bash is there");
    // Of some mistakes it only tells.
    said.status.success() && said.stderr.is_empty()
}

/// Names that a script reads and nothing in it sets, with no word on whether they could come from elsewhere.
fn unset(script: &str) -> Vec<String> {
    let facts = read(script);
    assert!(facts.error.is_none(), "{script}: {:?}", facts.error);
    assert!(bash_takes(script), "{script}");
    for found in &facts.uses {
        assert_eq!(&script[found.place.clone()], found.name, "{script}");
    }
    if facts.open {
        return vec!["?".to_owned()];
    }
    let known = |name: &String| facts.set.contains(name) || facts.guarded.contains(name);
    facts.uses.iter().map(|found| found.name.clone()).filter(|name| !known(name)).collect()
}

#[test]
fn what_a_script_sets() {
    for script in [
        "x=1; echo $x",
        "x+=1; echo ${x}",
        "declare -A m=([a]=1); m[b]=2; echo ${m[b]} ${m[@]} ${#m[@]} ${!m[@]}",
        "local n=0 k; echo $n $k",
        "export a b=2; echo $a$b",
        "readonly r=1; echo \"$r\"",
        "while IFS=, read -r a b; do echo \"$a\" \"$b\"; done < file",
        "read -r -p 'name? ' who; echo $who",
        "mapfile -t lines < f; echo \"${lines[0]}\" ${lines[1]%x}",
        "readarray -t all < <(ls); printf '%s\\n' \"${all[@]}\"",
        "printf -v text '%d' 3; echo $text",
        "while getopts ab: opt; do case $opt in a) echo $opt;; esac; done",
        "for f in *.txt; do echo \"$f\"; done",
        "for ((i = 0; i < 3; i++)); do echo $i; done",
        "for ((;;)) { break; }; for x in a b; { echo $x; }",
        "select x in a b; do echo $x; break; done",
        "i=0; (( i += 1 )); (( k = i )); echo $k",
        "let n=1 'm = 2'; echo $n $m",
        ": \"${dir:=/tmp}\"; echo $dir",
        "exec {fd}>file; echo x >&$fd",
        "echo ${x:-d} ${y:+z} ${z-} ${w:?gone}; echo $x",
        "if [[ -v x ]]; then echo $x; fi",
        "f() { local a=$1; echo \"$a\"; }; f 1",
        "function g { echo hi; }; g",
        "cat <<'END'\n$nothing\nEND\n",
        "cat <<END\ndon't ${x:-}\nEND\n",
        "echo '$nothing' \\$nothing $'\\n$x'",
        "awk '{ print $name }' f",
        "echo $((16#ff + 0x1f)) $(( (1 + 2) * 3 ))",
        "f=a; echo $(( $(cat \"$f\") * 2 )) $((`wc -l < \"$f\"` + 1)) $(( $(wc --bytes < \"$f\") ))",
        "n=1; echo $(( (\"$n\" + $(cat \"a $n b\") * ${n:-two}) % 7 ))",
        "x=$(y=1; echo $y); echo \"$x\"",
        "a=(1 2); b=(\"${a[@]}\" 3); echo ${b[-1]}",
        "case $# in 0) ;; *) echo $1 ${2:-} \"$@\" ;; esac",
        "x=1 # $nothing\necho $x",
        "echo $? $$ $! $- $_",
        "long=1 \\\n  other=2\necho $long \\\n  $other",
        "é=1; echo é; x=2; echo \"é $x\"",
        "trap 'rm -f \"$t\"' EXIT; t=$(mktemp); cat > $t",
        "[ \"$(wc -l < f)\" -gt 3 ] && echo yes || echo no",
        "x=a; [[ $x =~ ^(a|b)$ ]] && echo yes",
        "diff <(sort a) <(sort b) | head",
        "{ echo a; echo b; } | while read -r l; do echo $l; done",
        "until false; do break; done",
        "time sleep 0; ! false",
        "x=$(case a in a) echo b ;; esac); echo $x",
        "x[1 + 2]=3; y=(\"$x\" [4]=5 # $nothing\n 6); echo ${x[3]} ${y[0]}",
        "lo=1; echo $lo\\\nng",
        "cat <<'END' <<END\n$nothing\nEND\n\\$nothing\nEND\n",
        "echo $(cat <<'END'\nit's $nothing )\nEND\n)",
        "x=1; [[ $x == @(a|b) && ( -f f || ! $x =~ ^[0-9]+$ ) ]]",
        "declare -A m=([k]=1); ((m[k] += 1)); echo $((m[k] + 1))",
        "((n = 1 << 3)); ((n > 3 && n == 4)); echo $n",
        "a=1; echo ${a//1/2} ${a^^} ${a:0:1} ${a@Q} ${!a}",
    ] {
        let left = unset(script).into_iter().filter(|name| name.contains(|letter: char| letter.is_lowercase()));
        assert_eq!(left.collect::<Vec<_>>(), [""; 0], "{script}");
    }
}

#[test]
fn what_nothing_sets() {
    for (script, names) in [
        ("echo $x", "x"),
        ("for f in \"${flies[@]}\"; do echo $f; done", "flies"),
        ("echo \"a ${x} b\"", "x"),
        ("echo \"$(cat \"$f\")\"", "f"),
        ("echo `cat $f`", "f"),
        ("x=$((n + 1)); echo $x", "n"),
        ("echo $(( $(cat \"$f\") + n ))", "f n"),
        ("echo ${x%.*} ${y/a/$z}", "x y z"),
        ("echo ${x:-$y}", "y"),
        ("cat <<END\nit's $x\nEND\n", "x"),
        ("cat <<-END\n\t$x\n\tEND\n", "x"),
        ("cmd <<< \"$x\"", "x"),
        ("cp a \"$to/b\" > $log", "to log"),
        ("for f in $files; do echo $f; done", "files"),
        ("é=1; echo \"é\" $x", "x"),
        ("if [ $x = 1 ]; then :; fi", "x"),
        ("[ $x = y ] || echo $y", "x y"),
        ("cmd --opt=$x; echo $opt", "x opt"),
        ("((n > 3)) && (( m = k + 1 ))", "n k"),
        ("for ((i = 0; i < n; i++)); do :; done", "n"),
        ("echo \"a \\\n$x\"", "x"),
        ("[[ -n $x && $y == a* ]]; case $z in $a|b) ;; esac", "x y z a"),
        ("diff <(sort $a) <(sort $b)", "a b"),
        ("echo \"${x:-'$y'}\" \"${z#'$w'}\"", "y z"),
        ("psql -c 'select 1' -v a=$x", "x"),
    ] {
        assert_eq!(unset(script).join(" "), names, "{script}");
    }
}

#[test]
fn where_anything_may_be_set() {
    for script in [
        ". ./env; echo $x",
        "source env; echo $x",
        "eval \"$code\"; echo $x",
        "set +u; echo $x",
        "coproc P { cat; }; echo $x",
        "set +o nounset; echo $x",
        "declare -n ref=a; echo $x",
        "read -r \"$name\"; echo $x",
        "printf -v \"$name\" x; echo $y",
    ] {
        assert!(read(script).open, "{script}");
    }
}

#[test]
fn what_is_not_valid() {
    for (script, place, message) in [
        ("echo \"a", "\"", "`\"` is never closed"),
        ("echo 'a", "'", "`'` is never closed"),
        ("echo $(ls", "$(", "`$(` is never closed"),
        ("echo ${a", "${", "`${` is never closed"),
        ("if true; then\necho a\n", "if", "`if` is never ended"),
        ("for a in b; do\necho\n", "for", "`for` is never ended"),
        ("while true; do echo; ", "while", "`while` is never ended"),
        ("f() {\necho\n", "{", "`{` is never ended"),
        ("echo a\nfi\n", "fi", "`fi` cannot stand here"),
        ("echo a)\n", ")", "`)` cannot stand here"),
        ("ls |\n", "ls |", "the command is not finished"),
        ("cat <<END\nx\n", "<<END", "this here document has no end"),
        ("case a in\na) echo\n", "case", "`case` is never ended"),
        ("echo \"$(if true; then echo)\"", "if", "`if` is never ended"),
        ("for a in b; do if c; then d; done", "if", "`if` is never ended"),
        ("( if a; then b; )", "if", "`if` is never ended"),
        ("{ a; b }", "{", "`{` is never ended"),
        ("[[ a == b", "[[", "`[[` is never ended"),
        ("[[ -f ]]", "]]", "`]]` cannot stand here"),
        ("[[ a == (b|c) ]]", "(", "`(` cannot stand here"),
        ("echo $((1 + 2)", "$((", "`$((` is never closed"),
        ("echo $'a", "$'", "`$'` is never closed"),
        ("sort <(a", "<(", "`<(` is never closed"),
        ("é; echo @(a", "(", "`(` is never closed"),
        ("echo (a)", "(", "`(` cannot stand here"),
        ("cmd --names=(b)", "(", "`(` cannot stand here"),
        ("if a; then b; else; fi", ";", "`;` cannot stand here"),
        ("if a then b; fi", "fi", "`fi` cannot stand here"),
        ("if a; then b; fi c", "c", "`c` cannot stand here"),
        ("case a in b) c;; d e) f;; esac", "e", "`e` cannot stand here"),
        ("f() echo a", "echo", "`echo` cannot stand here"),
        ("a & ; b", ";", "`;` cannot stand here"),
        ("a | ! b", "!", "`!` cannot stand here"),
        ("a >\nb", "\n", "the end of the line cannot stand here"),
        ("cat <<END\n$(fi)\nEND\n", "fi", "`fi` cannot stand here"),
        ("cat <<END\n${x\nEND\n", "${", "`${` is never closed"),
        ("cat <<END\r\nx\r\n", "<<END", "this here document has no end"),
    ] {
        let error = read(script).error.unwrap_or_else(|| panic!("{script} is taken"));
        assert_eq!((&script[error.place], error.message.as_str()), (place, message), "{script}");
        // What is wrong in a here document, bash finds when it gets there.
        assert!(!bash_takes(script) || script.ends_with("END\n"), "{script}");
    }
}

#[test]
fn what_is_valid() {
    for script in [
        "",
        "a &",
        "a & b; ! c | d |& e &&\n\n# f\ng",
        "time -p a | b; time; !",
        "if a; then b; elif c\nthen d; else e; fi > f 2>&1 {g}<h",
        "while a; do b; done | until c; do d; done & wait",
        "for x\nin a do b; do c; done; for x; do a; done",
        "case a in esac; case in in (in) ;; a|b) c ;& *) d; esac",
        "f() (a); function g { b; }; function h () ((1)); i-j() [[ a ]]",
        "{ { a; }; }; ((a); (b)); ((1 + (2)))",
        "[[ ! -e a && ( b < c || d -nt e ) ||\n$f =~ a|(b c) ]] && g",
        "coproc a; coproc P { b; }; select x in a; do b; done",
        "a=(b\n# c)\nd); export e=() f+=(g); a= b=c d",
        "a>b<c 2>/dev/null <<<d >&- <>e &>f >|g > >(h)",
        "ls !(a|b) *(c) ?(d) @(e|f)g +(h)",
        "echo \"a `b \\\"c\\\"` ${d:-\"e\"} ${f:-'g\"h'}\" i\\ j 'k",
        "echo a#b # 'c",
        "echo } do if; x=1 if",
    ] {
        let closed = if script.ends_with("'k") { format!("{script}'") } else { script.to_owned() };
        assert_eq!(read(&closed).error, None, "{closed}");
        assert!(bash_takes(&closed), "{closed}");
    }
}

#[test]
fn hostile_scripts_end() {
    for open in [
        "(",
        "{ ",
        "$(",
        "`",
        "[[",
        "((",
        "$((",
        "if ",
        "while ",
        "case ",
        "\"$(",
        "${",
        "!",
        "a | ",
        "<<A ",
        "\"",
        "<(",
        "${a[",
        "${]",
        "((a) ",
        "$((a) ",
        "((a[",
        "a[ ",
        "@(",
        "[[ (",
        "[[ a == (",
        "case a in (",
        "f() ",
        "((x}",
        "a=(",
        "$(case a in b) ",
        "<<A\n$(",
        "\\\n",
        "${a:-",
        "$'",
        "é",
    ] {
        for times in [20, 100, 20_000] {
            let _ = read(&open.repeat(times));
        }
    }
    let script =
        "if [ -n \"${x:-}\" ]; then for f in *; do case $f in a) echo \"$(cat <<E\n$f\nE\n)\" ;; esac; done; fi\n";
    for end in (0..script.len()).filter(|end| script.is_char_boundary(*end)) {
        let _ = read(&script[..end]);
        let _ = read(&script[end..]);
    }
}

const PIECES: [&str; 72] = [
    " ", " ", " ", "\n", ";", ";;", "|", "&&", "||", ">", ">>", "<", ">&", "&", "2>", "<<E", "\nE\n", "#", "# c", "a",
    "b1", "x=", "x=1", "x+=", "a[1]=", "[", "]", "[[ ", " ]]", "*", "?", "!", "@", "+", "(", ")", "((", "))", "-f",
    "=~", "==", " in ", "if ", "; then ", "; fi", "for ", "; do ", "; done", "case ", "esac", "{ ", "; }", "f()", "$",
    "$x", "${y}", "${", "}", "$(", "$((", "<(", "`", "\"", "\"", "'", "'", "$'", "\\", "\\\n", "é", "\t", "\r",
];

/// Commands, and what they can be put into: `%` stands for a command.
const COMMANDS: [&str; 14] = [
    "a",
    "x=1",
    "a \"$(b 'c')\" ${x:-\"d\"} > f",
    "a | b 2>&1",
    "! a && b || c",
    "[[ -f a && ! ( $x =~ ^(b|c)$ || d < e ) ]]",
    "((x += 1, y = x << 2))",
    "a <<E\n$x `b`\nE\n",
    "x=(1 [2]=3 \"$y\")",
    "[ a = b ]",
    "a <(b) >(c)",
    "echo ${x//a/b} ${#x[@]}",
    "a $'\\n' \"\\\"\" \\\n b",
    "time a # b\n",
];
const AROUND: [&str; 16] = [
    "%\n%",
    "{ %\n}",
    "( %\n)",
    "if %\nthen %\nelse %\nfi",
    "while %\ndo %\ndone < f",
    "for x in a $b; do %\ndone",
    "for ((i = 0; i < 3; i++)); do %\ndone",
    "case $x in a|\"b\") %\n;; (*) %\nesac",
    "f() { %\n}",
    "function g { %\n}",
    "echo \"$( %\n)\"",
    "x=$( %\n) a",
    "a \"`b`\" $( %\n)",
    "until %\ndo %\ndone &",
    "{ %\n} | { %\n} > f",
    "select x in a; do %\ndone",
];

fn script() -> impl Strategy<Value = String> {
    let command = (0..COMMANDS.len()).prop_map(|which| COMMANDS[which].to_owned());
    command.prop_recursive(4, 24, 3, |inner| {
        (0..AROUND.len(), proptest::collection::vec(inner, 3)).prop_map(|(which, commands)| {
            let mut parts = AROUND[which].split('%');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.zip(commands.iter().cycle()).fold(first, |text, (part, command)| text + command + part)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_bash_takes_is_taken(text in script()) {
        prop_assert!(bash_takes(&text), "{}", text);
        prop_assert_eq!(read(&text).error, None, "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tokens_hold_all_that_is_no_blank_and_no_comment(pieces in proptest::collection::vec(0..PIECES.len(), 0..16)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let facts = read(&text);
        for found in &facts.uses {
            prop_assert_eq!(&text[found.place.clone()], &found.name);
        }
        let Ok(tokens) = grammar::tokens(&text) else { return Ok(()) };
        let mut end = 0;
        for token in &tokens {
            let between = text.get(end..token.at).expect("in order").replace("\\\n", "");
            // A here document ends with its mark.
            let between = between.trim_start_matches("E\n").trim_matches([' ', '\t']);
            prop_assert!(between.is_empty() || between.starts_with('#'), "{:?}", between);
            end = token.place().end;
        }
    }
}
