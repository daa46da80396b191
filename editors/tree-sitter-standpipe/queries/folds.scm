; What can be folded away.

[
  (attributes)
  (block)
  (match_block)
  (record_type)
  (record)
  (list)
  (parameters)
  (arguments)
] @fold

(attribute value: (raw_body)) @fold
(doc_comment)+ @fold
