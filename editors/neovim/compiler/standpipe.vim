" `:compiler standpipe`, then `:make`: every mistake of the project in the quickfix list.
if exists('current_compiler')
  finish
endif
let current_compiler = 'standpipe'

CompilerSet makeprg=standpipe\ check\ --format\ line\ --quiet\ $*
CompilerSet errorformat=%f:%l:%c:\ %trror[%.%#]:\ %m,%f:%l:%c:\ %tarning[%.%#]:\ %m,%f:%l:%c:\ %tote[%.%#]:\ %m
