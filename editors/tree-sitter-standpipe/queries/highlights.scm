; Colours, by the names of captures that Neovim and tree-sitter's own highlighter know.

(comment) @comment @spell
(doc_comment) @comment.documentation @spell

; Names, the general before the special

(identifier) @variable
(type_identifier) @type
(attribute_name) @property

((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "Bool" "Date" "Dir" "Duration" "Endpoint" "File" "Float" "Int" "Json" "List" "Map" "Secret" "Size" "String"
    "Table" "Tensor" "Time"))

((attribute_name) @attribute
  (#any-of? @attribute
    "after" "cache" "catch_up" "container" "cpu" "cron" "disk" "env" "every" "frame" "gpu" "health" "idempotent"
    "limit" "memory" "network" "on_change" "overlap" "packages" "port" "priority" "probe" "python" "replicas" "retry"
    "run" "sh" "sql" "tags" "timeout" "timezone" "webhook"))

(member_expression name: (identifier) @variable.member)
(record_field name: (identifier) @variable.member)
(field name: (identifier) @variable.member)
(field_path (identifier) @variable.member)
(parameter name: (identifier) @variable.parameter)
(named_argument name: (identifier) @variable.parameter)
(named_type module: (identifier) @module)
(module_path (identifier) @module)
(import_declaration alias: (identifier) @module)
(artifact_declaration codec: (identifier) @constant)
(const_declaration name: (identifier) @constant)
(env_declaration name: (identifier) @constant)
(schedule_declaration name: (identifier) @constant)
(type_arguments (named_type name: (type_identifier) @constant (#match? @constant "^[a-z]")))

(task_declaration name: (identifier) @function)
(effect_declaration name: (identifier) @function)
(pipeline_declaration name: (identifier) @function)
(service_declaration name: (identifier) @function)
(call function: (identifier) @function.call)
(call function: (member_expression name: (identifier) @function.call))
((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin "len" "max_by" "min_by" "secret" "size"))

; Words

[ "import" "as" ] @keyword.import
[ "type" "artifact" "const" "env" "schedule" "service" ] @keyword.type
[ "task" "effect" "pipeline" "test" ] @keyword.function
[ "if" "else" "match" ] @keyword.conditional
(else_case) @keyword.conditional
[ "for" "in" "loop" "sweep" ] @keyword.repeat
[ "try" ] @keyword.exception
[ "and" "or" "not" ] @keyword.operator
[ "limit" "until" "maximize" "minimize" "using" "step" "deploy" "expect" ] @keyword
[ "true" "false" ] @boolean
"none" @constant.builtin

; Values

(string) @string
(escape_sequence) @string.escape
(interpolation [ "${" "}" ] @punctuation.special)
(interpolation) @none
[ (integer) (negative_integer) ] @number
[ (float) (percentage) (duration) (size) ] @number.float

; Signs

[ "=" "->" "|>" "|" "??" "?" ".." "..=" "+" "-" "*" "/" "==" "!=" "<" "<=" ">" ">=" ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" "." ] @punctuation.delimiter
