" Colours of .pipe files; raw bodies in the colours of their own language.
if exists('b:current_syntax')
  finish
endif
syntax include @pipePython syntax/python.vim
unlet! b:current_syntax
syntax include @pipeShell syntax/sh.vim
unlet! b:current_syntax

syntax match pipeType /\<[A-Z]\w*\>/
syntax match pipeAttribute /\<\l\w*\ze:/
syntax match pipeNumber /\<\d[0-9_]*\(\.\d[0-9_]*\)\?\([eE][+-]\?\d\+\)\?\(ms\|[smhd]\|[KMGT]i\?B\|B\|%\)\?/
syntax match pipeOperator /|>\|->\|??\|\.\.=\?\|[=!<>]=\|[-+*/=<>|?]/
syntax keyword pipeConstant true false none
syntax keyword pipeConditional if else
syntax keyword pipeRepeat for in limit
syntax keyword pipeLogical and or not as
syntax match pipeDeclaration /^\(import\|type\|artifact\|const\|env\|task\|effect\|pipeline\)\>/
syntax match pipeEscape /\\\(u{\x\+}\|.\)/ contained
syntax region pipeInterpolation start=/\${/ end=/}/ contained contains=TOP
syntax region pipeString start=/"/ skip=/\\./ end=/"\|$/ contains=pipeEscape,pipeInterpolation
syntax match pipeComment /#.*$/ contains=@Spell
syntax match pipeDocumentation /##.*$/ contains=@Spell

" The lines indented deeper than `python:` or `sh:`, the first of which sets the measure.
syntax region pipePythonBody matchgroup=pipeAttribute start=/^\z(\s*\)python:\s*$/ end=/^\%(\z1\s\)\@!\ze\s*\S/ keepend contains=@pipePython
syntax region pipeShellBody matchgroup=pipeAttribute start=/^\z(\s*\)sh:\s*$/ end=/^\%(\z1\s\)\@!\ze\s*\S/ keepend contains=@pipeShell
syntax sync fromstart

highlight default link pipeType Type
highlight default link pipeAttribute Identifier
highlight default link pipeNumber Number
highlight default link pipeOperator Operator
highlight default link pipeConstant Constant
highlight default link pipeConditional Conditional
highlight default link pipeRepeat Repeat
highlight default link pipeLogical Operator
highlight default link pipeDeclaration Keyword
highlight default link pipeEscape SpecialChar
highlight default link pipeInterpolation Normal
highlight default link pipeString String
highlight default link pipeComment Comment
highlight default link pipeDocumentation SpecialComment

let b:current_syntax = 'pipe'
