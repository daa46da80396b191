" Colours of .pipe files; raw bodies in the colours of their own language.
if exists('b:current_syntax')
  finish
endif
syntax include @standpipePython syntax/python.vim
unlet! b:current_syntax
syntax include @standpipeShell syntax/sh.vim
unlet! b:current_syntax
syntax include @standpipeSql syntax/sql.vim
unlet! b:current_syntax

" Words; a keyword before `:` or after `.` is a plain name.
syntax match standpipeType /\<[A-Z]\w*\>/
syntax keyword standpipeBuiltinType Bool Date Dir Duration Endpoint File Float Int Json List Map Secret Size String Table Tensor Time
syntax keyword standpipeConstant true false none
syntax keyword standpipeConditional if else match
syntax keyword standpipeRepeat for in loop sweep
syntax keyword standpipeException try
syntax keyword standpipeLogical and or not
syntax keyword standpipeClause limit until maximize minimize using step deploy as expect
syntax match standpipeFunction /\<\l\w*\ze(/
syntax match standpipeNumber /\<\d[0-9_]*\(\.\d[0-9_]*\)\?\([eE][+-]\?\d[0-9_]*\)\?\(ms\|[smhd]\|[KMGT]i\?B\|B\|%\)\?/
syntax match standpipeOperator /|>\|->\|??\|\.\.=\?\|[=!<>]=\|[-+*/=<>|?]/
syntax match standpipeField /\.\s*\zs\h\w*/
syntax match standpipeField /\<\h\w*\ze\s*:/
syntax match standpipeAttribute /^\s\+\zs\%(after\|cache\|catch_up\|container\|cpu\|cron\|disk\|env\|every\|frame\|gpu\|health\|idempotent\|limit\|memory\|network\|on_change\|overlap\|packages\|port\|priority\|probe\|python\|replicas\|retry\|run\|sh\|sql\|tags\|timeout\|timezone\|webhook\)\ze:/
syntax match standpipeDeclaration /^\%(import\|type\|artifact\|const\|env\|task\|effect\|pipeline\|service\|schedule\|test\)\>/

syntax match standpipeEscape /\\\%(u{\x\+}\|.\)/ contained
syntax region standpipeInterpolation matchgroup=standpipeEscape start=/\${/ end=/}/ contained contains=TOP
syntax region standpipeString start=/"/ skip=/\\./ end=/"\|$/ contains=standpipeEscape,standpipeInterpolation
syntax match standpipeComment /#.*$/ contains=@Spell
syntax match standpipeDocumentation /##.*$/ contains=@Spell

" The lines indented deeper than `python:`, `sh:` or `sql:`, the first of which sets the measure.
syntax region standpipePythonBody matchgroup=standpipeAttribute start=/^\z(\s*\)python:\ze\s*\%(#.*\)\?$/ end=/^\%(\z1\s\)\@!\ze\s*\S/ keepend contains=@standpipePython
syntax region standpipeShellBody matchgroup=standpipeAttribute start=/^\z(\s*\)sh:\ze\s*\%(#.*\)\?$/ end=/^\%(\z1\s\)\@!\ze\s*\S/ keepend contains=@standpipeShell
syntax region standpipeSqlBody matchgroup=standpipeAttribute start=/^\z(\s*\)sql:\ze\s*\%(#.*\)\?$/ end=/^\%(\z1\s\)\@!\ze\s*\S/ keepend contains=@standpipeSql
syntax sync fromstart

highlight default link standpipeType Type
highlight default link standpipeBuiltinType Type
highlight default link standpipeConstant Constant
highlight default link standpipeConditional Conditional
highlight default link standpipeRepeat Repeat
highlight default link standpipeException Exception
highlight default link standpipeLogical Operator
highlight default link standpipeClause Keyword
highlight default link standpipeFunction Function
highlight default link standpipeNumber Number
highlight default link standpipeOperator Operator
highlight default link standpipeField Identifier
highlight default link standpipeAttribute PreProc
highlight default link standpipeDeclaration Keyword
highlight default link standpipeEscape SpecialChar
highlight default link standpipeInterpolation Normal
highlight default link standpipeString String
highlight default link standpipeComment Comment
highlight default link standpipeDocumentation SpecialComment

let b:current_syntax = 'standpipe'
