; Where names are made, and how far they reach.

[
  (source_file)
  (task_declaration)
  (effect_declaration)
  (pipeline_declaration)
  (service_declaration)
  (type_declaration)
  (block)
  (for_expression)
  (loop_expression)
  (sweep_expression)
] @local.scope

(task_declaration name: (identifier) @local.definition.function (#set! definition.function.scope "parent"))
(effect_declaration name: (identifier) @local.definition.function (#set! definition.function.scope "parent"))
(pipeline_declaration name: (identifier) @local.definition.function (#set! definition.function.scope "parent"))
(service_declaration name: (identifier) @local.definition.function (#set! definition.function.scope "parent"))
(type_declaration name: (type_identifier) @local.definition.type (#set! definition.type.scope "parent"))
(artifact_declaration name: (type_identifier) @local.definition.type)
(const_declaration name: (identifier) @local.definition.constant)
(env_declaration name: (identifier) @local.definition.constant)
(schedule_declaration name: (identifier) @local.definition.constant)

(import_declaration alias: (identifier) @local.definition.import)
(import_item name: (identifier) @local.definition.import !alias)
(import_item alias: (identifier) @local.definition.import)

(type_parameter name: (type_identifier) @local.definition.type)
(parameter name: (identifier) @local.definition.parameter)
(binding name: (identifier) @local.definition.var)
(pattern (identifier) @local.definition.var)
(for_expression name: (identifier) @local.definition.var)
(loop_expression name: (identifier) @local.definition.var)
(axis name: (identifier) @local.definition.var)

(identifier) @local.reference
(type_identifier) @local.reference
