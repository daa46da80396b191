; What symbol lists show.

(task_declaration name: (identifier) @name) @definition.function
(effect_declaration name: (identifier) @name) @definition.function
(pipeline_declaration name: (identifier) @name) @definition.function
(service_declaration name: (identifier) @name) @definition.function
(type_declaration name: (type_identifier) @name) @definition.type
(artifact_declaration name: (type_identifier) @name) @definition.type
(const_declaration name: (identifier) @name) @definition.constant
(env_declaration name: (identifier) @name) @definition.constant
(schedule_declaration name: (identifier) @name) @definition.constant
(call function: (identifier) @name) @reference.call
(named_type name: (type_identifier) @name) @reference.type
