; Two columns for what stands in brackets, and for a raw body.

[
  (attributes)
  (block)
  (match_block)
  (record_type)
  (record)
  (pattern)
  (list)
  (parameters)
  (type_parameters)
  (type_arguments)
  (arguments)
] @indent

(attribute value: (raw_body)) @indent @extend

; A raw body of which nothing is written yet.
((attribute
  name: (attribute_name) @_name
  value: (identifier) @_nothing) @indent @extend
  (#any-of? @_name "python" "sh" "sql")
  (#eq? @_nothing ""))

[ "}" ")" "]" ] @outdent
