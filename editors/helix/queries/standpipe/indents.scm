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

(attribute value: (raw_body)) @indent

[ "}" ")" "]" ] @outdent
