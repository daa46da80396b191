" Which files are Standpipe's. Another plugin may claim *.pipe as well: the last `setfiletype` wins only where none was
" set, so `let g:standpipe_detect = 'content'` leaves to others what does not look like ours.
function! s:looks_like_standpipe() abort
  for line in getline(1, 50)
    if line =~# '^\%(import\|type\|artifact\|const\|env\|task\|effect\|pipeline\|service\|schedule\|test\)\s\+\S'
      return 1
    endif
  endfor
  return line('$') == 1 && getline(1) ==# ''
endfunction

function! s:detect() abort
  if get(g:, 'standpipe_detect', 'name') ==# 'name' || s:looks_like_standpipe()
    setfiletype standpipe
  endif
endfunction

autocmd BufRead,BufNewFile *.pipe call s:detect()
