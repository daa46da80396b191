; Where parameters are made, and how far they reach: they keep their colour in the body.

[
  (task_declaration)
  (effect_declaration)
  (pipeline_declaration)
  (service_declaration)
] @local.scope

(parameter name: (identifier) @local.definition.variable.parameter)

(identifier) @local.reference
