; Colours, by the names of captures that Zed knows.

(comment) @comment
(doc_comment) @comment.doc

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

(member_expression name: (identifier) @property)
(record_field name: (identifier) @property)
(field name: (identifier) @property)
(field_path (identifier) @property)
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
((call function: (identifier) @function)
  (#any-of? @function "len" "max_by" "min_by" "secret" "size"))

; Words

[ "import" "as" ] @keyword
[ "type" "artifact" "const" "env" "schedule" "service" ] @keyword
[ "task" "effect" "pipeline" "test" ] @keyword
[ "if" "else" "match" ] @keyword
(else_case) @keyword
[ "for" "in" "loop" "sweep" ] @keyword
[ "try" ] @keyword
[ "and" "or" "not" ] @keyword
[ "limit" "until" "maximize" "minimize" "using" "step" "deploy" "expect" ] @keyword
[ "true" "false" ] @boolean
"none" @constant

; Values

(string) @string
(escape_sequence) @string.escape
(interpolation [ "${" "}" ] @punctuation.special)
(interpolation) @embedded
[ (integer) (negative_integer) ] @number
[ (float) (percentage) (duration) (size) ] @number

; Signs

[ "=" "->" "|>" "|" "??" "?" ".." "..=" "+" "-" "*" "/" "==" "!=" "<" "<=" ">" ">=" ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" "." ] @punctuation.delimiter
