; Made by `editors/queries.py` for Helix 25.01 and older, where the first pattern that matches wins.

[ "," ":" "." ] @punctuation.delimiter
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "=" "->" "|>" "|" "??" "?" ".." "..=" "+" "-" "*" "/" "==" "!=" "<" "<=" ">" ">=" ] @operator
[ (float) (percentage) (duration) (size) ] @constant.numeric.float
[ (integer) (negative_integer) ] @constant.numeric.integer
(interpolation) @embedded
(interpolation [ "${" "}" ] @punctuation.special)
(escape_sequence) @constant.character.escape
(string) @string
"none" @constant.builtin
[ "true" "false" ] @constant.builtin.boolean
[ "limit" "until" "maximize" "minimize" "using" "step" "deploy" "expect" ] @keyword
[ "and" "or" "not" ] @keyword.operator
[ "try" ] @keyword.control.exception
[ "for" "in" "loop" "sweep" ] @keyword.control.repeat
(else_case) @keyword.control.conditional
[ "if" "else" "match" ] @keyword.control.conditional
[ "task" "effect" "pipeline" "test" ] @keyword.function
[ "type" "artifact" "const" "env" "schedule" "service" ] @keyword.storage.type
[ "import" "as" ] @keyword.control.import
((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin "len" "max_by" "min_by" "secret" "size"))
(call function: (member_expression name: (identifier) @function))
(call function: (identifier) @function)
(service_declaration name: (identifier) @function)
(pipeline_declaration name: (identifier) @function)
(effect_declaration name: (identifier) @function)
(task_declaration name: (identifier) @function)
(type_arguments (named_type name: (type_identifier) @constant (#match? @constant "^[a-z]")))
(schedule_declaration name: (identifier) @constant)
(env_declaration name: (identifier) @constant)
(const_declaration name: (identifier) @constant)
(artifact_declaration codec: (identifier) @constant)
(import_declaration alias: (identifier) @namespace)
(module_path (identifier) @namespace)
(named_type module: (identifier) @namespace)
(named_argument name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(field_path (identifier) @variable.other.member)
(field name: (identifier) @variable.other.member)
(record_field name: (identifier) @variable.other.member)
(member_expression name: (identifier) @variable.other.member)
((attribute_name) @attribute
  (#any-of? @attribute
    "after" "cache" "catch_up" "container" "cpu" "cron" "disk" "env" "every" "frame" "gpu" "health" "idempotent"
    "limit" "memory" "network" "on_change" "overlap" "packages" "port" "priority" "probe" "python" "replicas" "retry"
    "run" "sh" "sql" "tags" "timeout" "timezone" "webhook"))
((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "Bool" "Date" "Dir" "Duration" "Endpoint" "File" "Float" "Int" "Json" "List" "Map" "Secret" "Size" "String"
    "Table" "Tensor" "Time"))
(attribute_name) @variable.other.member
(type_identifier) @type
(identifier) @variable
(doc_comment) @comment.line.documentation
(comment) @comment.line
