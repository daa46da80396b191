// What needs more than one character of foresight: where a line ends something, and where a raw body ends.
// Follows `tree/mod.rs` and `lex/raw.rs` of the compiler. Knows nothing of the rest of the grammar.

#include <string.h>

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum TokenType { NEWLINE, TOP, LINE_START, RAW_BODY, NOTHING, RECOVERING };

// How far the line of the attribute is indented that is being read.
typedef struct {
  uint16_t indent;
} Scanner;

void *tree_sitter_standpipe_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_standpipe_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_standpipe_external_scanner_serialize(void *payload, char *buffer) {
  uint16_t indent = ((Scanner *)payload)->indent;
  buffer[0] = (char)(indent & 0xff);
  buffer[1] = (char)(indent >> 8);
  return 2;
}

void tree_sitter_standpipe_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  scanner->indent = length == 2 ? (uint16_t)((uint8_t)buffer[0] | ((uint8_t)buffer[1] << 8)) : 0;
}

static bool is_margin(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == 0xfeff; }

static bool is_word(int32_t c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A tab goes to the next multiple of eight.
static uint16_t wider(uint16_t width, int32_t c) {
  if (width > 60000 || c == '\r' || c == 0xfeff) return width;
  return c == '\t' ? (uint16_t)(width / 8 * 8 + 8) : (uint16_t)(width + 1);
}

// Words that go on with the line before them when a value follows on their line: parts of the heads of `for`, `loop` and
// `sweep`. Elsewhere they are plain names.
static const char *const CLAUSES[] = {"limit", "until", "maximize", "minimize", "using", "step"};

// Joins what stands before and after it, whatever that is.
static const char *const JOINING[] = {"and", "or", "else"};

// What a declaration starts with, at the left edge.
static const char *const DECLARATIONS[] = {"import", "type",     "artifact", "const",    "env", "task",
                                           "effect", "pipeline", "service",  "schedule", "test"};

#define COUNT(words) (sizeof(words) / sizeof *(words))
#define IS_ANY(word, words) is_any(word, words, COUNT(words))

static bool is_any(const char *word, const char *const *words, unsigned count) {
  for (unsigned at = 0; at < count; at++) {
    if (strcmp(word, words[at]) == 0) return true;
  }
  return false;
}

enum Line { STARTS, GOES_ON, DECLARES };

// What a line does that starts with the word at the lexer, `width` columns in.
static enum Line word_line(TSLexer *lexer, uint16_t width) {
  char word[16] = {0};
  unsigned length = 0;
  while (is_word(lexer->lookahead)) {
    if (length + 1 < sizeof word) word[length] = (char)lexer->lookahead;
    length++;
    lexer->advance(lexer, false);
  }
  if (length + 1 >= sizeof word) return STARTS;
  bool apart = is_margin(lexer->lookahead);
  while (is_margin(lexer->lookahead)) lexer->advance(lexer, false);
  int32_t next = lexer->lookahead;
  bool value = is_word(next) || next == '"';
  if (width == 0 && apart && value && IS_ANY(word, DECLARATIONS)) return DECLARES;
  if (IS_ANY(word, JOINING)) return next == ':' ? STARTS : GOES_ON;
  return value && IS_ANY(word, CLAUSES) ? GOES_ON : STARTS;
}

// What a line does whose first character is at the lexer: goes on from the line before (or closes a bracket that is
// open there), starts something, or declares.
static enum Line line(TSLexer *lexer, uint16_t width) {
  switch (lexer->lookahead) {
    case '}':
    case ')':
    case ']':
    case '.':
    case '|':
    case '+':
    case '*':
    case '/':
    case '<':
    case '>':
      return GOES_ON;
    case '-':
      lexer->advance(lexer, false);
      return lexer->lookahead == '>' ? STARTS : GOES_ON;
    case '?':
      lexer->advance(lexer, false);
      return lexer->lookahead == '?' ? GOES_ON : STARTS;
    case '=':
    case '!':
      lexer->advance(lexer, false);
      return lexer->lookahead == '=' ? GOES_ON : STARTS;
    default:
      return is_word(lexer->lookahead) ? word_line(lexer, width) : STARTS;
  }
}

static bool finish(TSLexer *lexer, enum TokenType type) {
  lexer->result_symbol = type;
  return true;
}

// At the end of a line, margins skipped.
static bool scan_newline(Scanner *scanner, TSLexer *lexer, bool wanted) {
  uint16_t width = 0;
  bool comment = false;
  for (;;) {
    if (lexer->eof(lexer)) return false;
    int32_t c = lexer->lookahead;
    if (c == '\n') {
      width = 0;
      lexer->advance(lexer, false);
      if (!comment) lexer->mark_end(lexer);
    } else if (is_margin(c)) {
      width = wider(width, c);
      lexer->advance(lexer, false);
    } else if (c == '#') {
      comment = true;
      while (!lexer->eof(lexer) && lexer->lookahead != '\n') lexer->advance(lexer, false);
    } else {
      break;
    }
  }
  switch (line(lexer, width)) {
    case DECLARES:
      // The comments before it come first.
      if (comment) return false;
      scanner->indent = 0;
      return finish(lexer, TOP);
    case GOES_ON:
      return false;
    case STARTS:
      if (!wanted) return false;
      scanner->indent = width;
      return finish(lexer, NEWLINE);
  }
  return false;
}

// Before an attribute.
static bool scan_line_start(Scanner *scanner, TSLexer *lexer) {
  bool crossed = false;
  uint16_t width = 0;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == '\n') {
      crossed = true;
      width = 0;
    } else if (is_margin(c)) {
      width = wider(width, c);
    } else {
      break;
    }
    lexer->advance(lexer, true);
  }
  if (!is_word(lexer->lookahead)) return false;
  lexer->mark_end(lexer);
  if (crossed && word_line(lexer, width) == DECLARES) return finish(lexer, TOP);
  if (crossed) scanner->indent = width;
  return finish(lexer, LINE_START);
}

static bool scan_raw_body(Scanner *scanner, TSLexer *lexer) {
  while (is_margin(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->lookahead != '\n') return false;
  uint16_t width = 0;
  while (lexer->lookahead == '\n' || is_margin(lexer->lookahead)) {
    width = lexer->lookahead == '\n' ? 0 : wider(width, lexer->lookahead);
    lexer->advance(lexer, true);
  }
  if (lexer->eof(lexer)) return false;
  if (width <= scanner->indent) {
    lexer->mark_end(lexer);
    return is_word(lexer->lookahead) && word_line(lexer, width) == DECLARES && finish(lexer, TOP);
  }
  lexer->result_symbol = RAW_BODY;
  for (;;) {
    while (!lexer->eof(lexer) && lexer->lookahead != '\n') {
      bool text = !is_margin(lexer->lookahead);
      lexer->advance(lexer, false);
      if (text) lexer->mark_end(lexer);
    }
    width = 0;
    while (lexer->lookahead == '\n' || is_margin(lexer->lookahead)) {
      width = lexer->lookahead == '\n' ? 0 : wider(width, lexer->lookahead);
      lexer->advance(lexer, false);
    }
    if (lexer->eof(lexer) || width <= scanner->indent) return true;
  }
}

bool tree_sitter_standpipe_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  Scanner *scanner = payload;
  bool recovering = valid_symbols[RECOVERING];
  if (valid_symbols[RAW_BODY] && !recovering) return scan_raw_body(scanner, lexer);
  if (valid_symbols[LINE_START] && !recovering) return scan_line_start(scanner, lexer);
  while (is_margin(lexer->lookahead)) lexer->advance(lexer, true);
  return lexer->lookahead == '\n' && scan_newline(scanner, lexer, valid_symbols[NEWLINE]);
}
