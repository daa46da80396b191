//! Scripts in which nothing is wrong, and that must be met with silence; how much is read of hostile ones.

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

/// Names that a script reads and nothing in it sets, with no word on whether they could come from elsewhere.
fn unset(script: &str) -> Vec<String> {
    let facts = read(script);
    assert!(facts.error.is_none(), "{script}: {:?}", facts.error);
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
        "select x in a b; do echo $x; break; done",
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
    ] {
        let error = read(script).error.unwrap_or_else(|| panic!("{script} is taken"));
        assert_eq!((&script[error.place], error.message.as_str()), (place, message), "{script}");
    }
}

#[test]
fn hostile_scripts_end() {
    for open in ["(", "{ ", "$(", "`", "[[", "((", "$((", "if ", "while ", "case ", "\"$(", "${", "!", "a | ", "<<A "] {
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
