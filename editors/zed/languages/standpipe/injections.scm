; Raw bodies in their own languages.

((attribute
  name: (attribute_name) @_name
  value: (raw_body) @injection.content)
  (#eq? @_name "python")
  (#set! injection.language "python"))

((attribute
  name: (attribute_name) @_name
  value: (raw_body) @injection.content)
  (#eq? @_name "sh")
  (#set! injection.language "bash"))

((attribute
  name: (attribute_name) @_name
  value: (raw_body) @injection.content)
  (#eq? @_name "sql")
  (#set! injection.language "sql"))
