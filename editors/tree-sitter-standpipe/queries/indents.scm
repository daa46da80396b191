; Two columns for what stands in brackets; a raw body keeps what it has.

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
] @indent.begin

(attribute value: (raw_body)) @indent.begin

[ "}" ")" "]" ] @indent.branch @indent.end

(raw_body) @indent.auto
(string) @indent.ignore
(ERROR) @indent.auto
