; What the outline shows.

(task_declaration "task" @context name: (identifier) @name) @item
(effect_declaration "effect" @context name: (identifier) @name) @item
(pipeline_declaration "pipeline" @context name: (identifier) @name) @item
(service_declaration "service" @context name: (identifier) @name) @item
(schedule_declaration "schedule" @context name: (identifier) @name) @item
(env_declaration "env" @context name: (identifier) @name) @item
(const_declaration "const" @context name: (identifier) @name) @item
(type_declaration "type" @context name: (type_identifier) @name) @item
(artifact_declaration "artifact" @context name: (type_identifier) @name) @item
(test_declaration "test" @context name: (string) @name) @item
