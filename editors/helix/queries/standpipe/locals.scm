; Where parameters are made, and how far they reach: they keep their colour in the body.

[
  (task_declaration)
  (effect_declaration)
  (pipeline_declaration)
  (service_declaration)
] @local.scope

(parameter name: (identifier) @local.definition.variable.parameter)

(identifier) @local.reference

; Names of other things that happen to be called like a parameter are left out.
(field name: (identifier) @_)
(record_field name: (identifier) @_)
(named_argument name: (identifier) @_)
(member_expression name: (identifier) @_)
(call function: (identifier) @_)
