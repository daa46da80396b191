" Indentation of .pipe files: two columns for each open bracket, and a raw body stays as it is.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1
setlocal indentexpr=StandpipeIndent(v:lnum) indentkeys=0},0),0],!^F,o,O autoindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< autoindent<'

if exists('*StandpipeIndent')
  finish
endif

let s:body = '^\s*\%(python\|sh\|sql\):\s*\%(#.*\)\=$'

" The line of `python:` and the like that `lnum` is below, or 0.
function! s:body_of(lnum) abort
  let width = -1
  let lnum = prevnonblank(a:lnum - 1)
  while lnum > 0
    let indent = indent(lnum)
    if width < 0 || indent < width
      if getline(lnum) =~# s:body && (width < 0 || indent < width)
        return lnum
      endif
      if indent == 0
        return 0
      endif
      let width = indent
    endif
    let lnum = prevnonblank(lnum - 1)
  endwhile
  return 0
endfunction

" How many more brackets `text` opens than it closes, strings and comments left out.
function! s:opens(text) abort
  let text = substitute(a:text, '"\%(\\.\|[^"\\]\)*"', '', 'g')
  let text = substitute(text, '#.*', '', '')
  return len(substitute(text, '[^[({]', '', 'g')) - len(substitute(text, '[^])}]', '', 'g'))
endfunction

function! StandpipeIndent(lnum) abort
  let body = s:body_of(a:lnum)
  let closes = getline(a:lnum) =~# '^\s*[])}]'
  if body > 0
    if prevnonblank(a:lnum - 1) == body && !closes
      return indent(body) + shiftwidth()
    endif
    " A bracket below a body ends it when it closes what stands around the body.
    if closes && indent(a:lnum) < indent(body)
      return max([indent(body) - shiftwidth(), 0])
    endif
    return -1
  endif
  let before = prevnonblank(a:lnum - 1)
  if before == 0
    return 0
  endif
  " What closes at the start of a line was taken into account there.
  let opens = s:opens(substitute(getline(before), '^\s*[])}]\+', '', ''))
  let indent = indent(before)
  if opens > 0
    let indent += shiftwidth()
  elseif opens < 0
    let indent -= shiftwidth()
  endif
  if closes
    let indent -= shiftwidth()
  endif
  return max([indent, 0])
endfunction
