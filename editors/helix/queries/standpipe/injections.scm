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

((doc_comment) @injection.content
  (#set! injection.language "markdown.inline"))

((comment) @injection.content
  (#set! injection.language "comment"))
