-- Shows files that lie in no folder: the language server leads to `standpipe:/std/table.pipe` and its like, and gives
-- their text to whoever asks.
local M = {}

local function client()
  for _, found in pairs(vim.lsp.get_clients and vim.lsp.get_clients() or vim.lsp.get_active_clients()) do
    if found.name == 'standpipe' then
      return found
    end
  end
end

--- Fills a buffer with the text of the file that it is called like.
function M.show(buffer, name)
  -- Old versions take it for a path and put the folder before it.
  name = name:match('standpipe:/.*$')
  local server = client()
  local answer
  if server then
    local params, asked = { uri = name }, nil
    local function take(_, result)
      answer, asked = result, true
    end
    -- Asked by hand: what waits by itself wants a buffer that the server has.
    if vim.fn.has('nvim-0.11') == 1 then
      server:request('standpipe/source', params, take)
    else
      server.request('standpipe/source', params, take)
    end
    vim.wait(5000, function() return asked end, 10)
  end
  if type(answer) ~= 'string' then
    vim.notify('standpipe: ' .. name .. ' is shown where the language server runs', vim.log.levels.WARN)
    return
  end
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(answer:gsub('\n$', ''), '\n'))
  -- Nothing to be written: no server is started for it, see `init.lua`.
  vim.api.nvim_buf_set_option(buffer, 'buftype', 'nofile')
  vim.api.nvim_buf_set_option(buffer, 'swapfile', false)
  vim.api.nvim_buf_set_option(buffer, 'modified', false)
  vim.api.nvim_buf_set_option(buffer, 'modifiable', false)
  vim.api.nvim_buf_set_option(buffer, 'filetype', name:find('%.md$') and 'markdown' or 'standpipe')
end

return M
