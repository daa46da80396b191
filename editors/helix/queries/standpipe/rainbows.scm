; Brackets that belong together, for those who have them coloured by their depth; as of 25.07.

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
] @rainbow.scope

[ "(" ")" "[" "]" "{" "}" ] @rainbow.bracket
