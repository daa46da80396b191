; Colours, by the names of captures that Helix knows; as of 25.07 the last pattern that matches wins.

(comment) @comment.line
(doc_comment) @comment.line.documentation

; Names, the general before the special

(identifier) @variable
(type_identifier) @type
(attribute_name) @variable.other.member

((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "Bool" "Date" "Dir" "Duration" "Endpoint" "File" "Float" "Int" "Json" "List" "Map" "Secret" "Size" "String"
    "Table" "Tensor" "Time"))

((attribute_name) @attribute
  (#any-of? @attribute
    "after" "cache" "catch_up" "container" "cpu" "cron" "disk" "env" "every" "frame" "gpu" "health" "idempotent"
    "limit" "memory" "network" "on_change" "overlap" "packages" "port" "priority" "probe" "python" "replicas" "retry"
    "run" "sh" "sql" "tags" "timeout" "timezone" "webhook"))

(member_expression name: (identifier) @variable.other.member)
(record_field name: (identifier) @variable.other.member)
(field name: (identifier) @variable.other.member)
(field_path (identifier) @variable.other.member)
(parameter name: (identifier) @variable.parameter)
(named_argument name: (identifier) @variable.parameter)
(named_type module: (identifier) @namespace)
(module_path (identifier) @namespace)
(import_declaration alias: (identifier) @namespace)
(artifact_declaration codec: (identifier) @constant)
(const_declaration name: (identifier) @constant)
(env_declaration name: (identifier) @constant)
(schedule_declaration name: (identifier) @constant)
(type_arguments (named_type name: (type_identifier) @constant (#match? @constant "^[a-z]")))

(task_declaration name: (identifier) @function)
(effect_declaration name: (identifier) @function)
(pipeline_declaration name: (identifier) @function)
(service_declaration name: (identifier) @function)
(call function: (identifier) @function)
(call function: (member_expression name: (identifier) @function))
((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin "len" "max_by" "min_by" "secret" "size"))

; Words

[ "import" "as" ] @keyword.control.import
[ "type" "artifact" "const" "env" "schedule" "service" ] @keyword.storage.type
[ "task" "effect" "pipeline" "test" ] @keyword.function
[ "if" "else" "match" ] @keyword.control.conditional
(else_case) @keyword.control.conditional
[ "for" "in" "loop" "sweep" ] @keyword.control.repeat
[ "try" ] @keyword.control.exception
[ "and" "or" "not" ] @keyword.operator
[ "limit" "until" "maximize" "minimize" "using" "step" "deploy" "expect" ] @keyword
[ "true" "false" ] @constant.builtin.boolean
"none" @constant.builtin

; Values

(string) @string
(escape_sequence) @constant.character.escape
(interpolation [ "${" "}" ] @punctuation.special)
(interpolation) @embedded
[ (integer) (negative_integer) ] @constant.numeric.integer
[ (float) (percentage) (duration) (size) ] @constant.numeric.float

; Signs

[ "=" "->" "|>" "|" "??" "?" ".." "..=" "+" "-" "*" "/" "==" "!=" "<" "<=" ">" ">=" ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" "." ] @punctuation.delimiter
