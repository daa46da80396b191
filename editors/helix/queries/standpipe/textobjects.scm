; What `maf`, `mic` and the like select, and `]f` goes to.

(task_declaration body: (_) @function.inside) @function.around
(effect_declaration body: (_) @function.inside) @function.around
(pipeline_declaration body: (_) @function.inside) @function.around
(service_declaration body: (_) @function.inside) @function.around

(type_declaration value: (_) @class.inside) @class.around
(test_declaration body: (_) @test.inside) @test.around

(parameters (parameter) @parameter.inside)
(arguments (_) @parameter.inside)

(comment) @comment.inside
(comment)+ @comment.around
(doc_comment)+ @comment.around
