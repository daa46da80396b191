/**
 * @file Standpipe's grammar for editors: what the compiler accepts, read so that the rest stays right while one line is
 * half typed. Knows nothing of names and types. `generate.sh` makes `src/parser.c` of it.
 * @license Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />

/** Words with a meaning in expressions, which are plain names before `:` and after `.`. */
const KEYWORDS = ['and', 'else', 'false', 'for', 'if', 'in', 'loop', 'match', 'none', 'not', 'or', 'sweep', 'true', 'try'];

/** Words with a meaning in one place only, and plain names in all others. */
const CONTEXTUAL = ['limit', 'until', 'maximize', 'minimize', 'using', 'step', 'deploy', 'as'];

// Tighter binds higher.
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARE = 4;
const COALESCE = 5;
const TRY = 6;
const PIPE = 7;
const RANGE = 8;
const SUM = 9;
const PRODUCT = 10;
const UNARY = 11;

/** `a, b, c` between parentheses or brackets. */
const list = (rule) => optional(seq(rule, repeat(seq(',', rule)), optional(',')));

/** At least one, and no comma after the last. */
const some = (rule) => seq(rule, repeat(seq(',', rule)));

/** Between braces the end of a line separates too. */
const lines = ($, rule) => optional(seq(rule, repeat(seq(choice(',', $._newline), rule)), optional(',')));

const DIGITS = /[0-9][0-9_]*/;
const NUMBER = seq(DIGITS, optional(seq('.', DIGITS)), optional(seq(/[eE][+-]?/, DIGITS)));

module.exports = grammar({
  name: 'standpipe',

  word: ($) => $.identifier,

  externals: ($) => [
    // The end of a line that ends something.
    $._newline,
    // The end of the line before a declaration, whatever is open there: what is damaged ends here.
    $._top,
    // Nothing, before an attribute: notes how far its line is indented.
    $._line_start,
    // The deeper indented lines below `name:`.
    $.raw_body,
    // Never there; as an extra it is looked for everywhere, and so the scanner is asked everywhere.
    $._nothing,
    // Never valid but in error recovery.
    $._recovering,
  ],

  extras: ($) => [/[ \t\r\n\uFEFF]/, $.comment, $.doc_comment, $._nothing],

  supertypes: ($) => [$.declaration, $.expression, $.type],

  conflicts: ($) => [[$.record_field, $.pattern]],

  rules: {
    source_file: ($) => seq(optional($.declaration), repeat(seq($._top, $.declaration))),

    declaration: ($) =>
      choice(
        $.import_declaration,
        $.type_declaration,
        $.artifact_declaration,
        $.const_declaration,
        $.env_declaration,
        $.task_declaration,
        $.effect_declaration,
        $.pipeline_declaration,
        $.service_declaration,
        $.schedule_declaration,
        $.test_declaration,
      ),

    import_declaration: ($) =>
      seq(
        'import',
        field('path', choice($.string, $.module_path)),
        optional(seq('{', lines($, $.import_item), '}')),
        optional(seq('as', field('alias', $._name))),
      ),
    module_path: ($) => seq($._name, repeat(seq('/', $._name))),
    import_item: ($) => seq(field('name', $._name), optional(seq('as', field('alias', $._name)))),

    type_declaration: ($) =>
      seq(
        'type',
        field('name', $._type_name),
        optional(field('type_parameters', $.type_parameters)),
        '=',
        field('value', $.type),
      ),

    artifact_declaration: ($) =>
      seq(
        'artifact',
        field('name', $._type_name),
        optional(field('type_parameters', $.type_parameters)),
        ':',
        field('codec', $._name),
      ),

    const_declaration: ($) =>
      seq(
        'const',
        field('name', $._name),
        optional(seq(':', field('type', $.type))),
        '=',
        field('value', $.expression),
      ),

    env_declaration: ($) => seq('env', field('name', $._name), field('body', $.attributes)),
    schedule_declaration: ($) => seq('schedule', field('name', $._name), field('body', $.attributes)),
    task_declaration: ($) => seq('task', $._head, field('body', $.attributes)),
    effect_declaration: ($) => seq('effect', $._head, field('body', $.attributes)),
    service_declaration: ($) => seq('service', $._head, field('body', $.attributes)),
    pipeline_declaration: ($) => seq('pipeline', $._head, field('body', $.block)),
    test_declaration: ($) => seq('test', field('name', $.string), field('body', alias($._test_block, $.block))),

    _head: ($) =>
      seq(
        field('name', $._name),
        optional(field('type_parameters', $.type_parameters)),
        field('parameters', $.parameters),
        optional(seq('->', field('result', $.type))),
      ),

    type_parameters: ($) => seq('[', list($.type_parameter), ']'),
    type_parameter: ($) => seq(field('name', $._type_name), optional(seq(':', field('bound', $.type)))),

    parameters: ($) => seq('(', list($.parameter), ')'),
    parameter: ($) =>
      seq(
        field('name', $._field_name),
        ':',
        field('type', $.type),
        optional(seq('=', field('default', $.expression))),
      ),

    // Attributes

    attributes: ($) => seq('{', lines($, $.attribute), '}'),
    attribute: ($) =>
      seq(
        $._line_start,
        field('name', $._attribute_name),
        ':',
        field('value', choice($.expression, $.raw_body)),
      ),

    // Types

    type: ($) =>
      choice(
        $.named_type,
        $.optional_type,
        $.record_type,
        $.parenthesized_type,
        $.union_type,
        $.bounded_type,
      ),

    named_type: ($) =>
      seq(
        optional(seq(field('module', $._name), '.')),
        field('name', $._type_name),
        optional(field('arguments', $.type_arguments)),
      ),
    type_arguments: ($) => seq('[', list($._type_argument), ']'),
    _type_argument: ($) => choice($.type, $.integer),
    optional_type: ($) => seq($._plain_type, '?'),
    record_type: ($) => seq('{', lines($, $.field), '}'),
    field: ($) => seq(field('name', $._field_name), ':', field('type', $.type)),
    parenthesized_type: ($) => seq('(', $.type, ')'),
    union_type: ($) => seq($.string, repeat(seq('|', $.string))),
    bounded_type: ($) => seq(field('base', $._plain_type), 'in', field('bounds', $.bounds)),
    _plain_type: ($) => choice($.named_type, $.optional_type, $.record_type, $.parenthesized_type),

    // Either end may be left out. A `{` after them opens a block, so they are no records.
    bounds: ($) =>
      prec.left(seq(optional(field('low', $._bound)), choice('..', '..='), optional(field('high', $._bound)))),
    _bound: ($) =>
      choice(
        $._number,
        $._name,
        $.parenthesized_expression,
        alias($._bound_member, $.member_expression),
        alias($._bound_unary, $.unary_expression),
        alias($._bound_binary, $.binary_expression),
      ),
    _bound_member: ($) => seq(field('object', $._name), '.', field('name', $._field_name)),
    _bound_unary: ($) => prec(UNARY, seq('-', field('operand', $._bound))),
    _bound_binary: ($) =>
      choice(
        prec.left(SUM, seq(field('left', $._bound), choice('+', '-'), field('right', $._bound))),
        prec.left(PRODUCT, seq(field('left', $._bound), choice('*', '/'), field('right', $._bound))),
      ),

    // Statements

    block: ($) => seq('{', optional(seq($._statement, repeat(seq($._newline, $._statement)))), '}'),
    _statement: ($) => choice($.binding, $.expression),
    _test_block: ($) => seq('{', optional(seq($._test_statement, repeat(seq($._newline, $._test_statement)))), '}'),
    _test_statement: ($) => choice($.binding, $.expectation, $.expression),

    binding: ($) => seq(field('name', choice($._name, $.pattern)), '=', field('value', $.expression)),
    pattern: ($) => seq('{', lines($, $._name), '}'),
    expectation: ($) => seq('expect', field('condition', $.expression)),

    // Expressions

    expression: ($) =>
      choice(
        $.if_expression,
        $.for_expression,
        $.match_expression,
        $.loop_expression,
        $.sweep_expression,
        $.try_expression,
        $.deploy_expression,
        $.not_expression,
        $.binary_expression,
        $.range_expression,
        $.pipe_expression,
        $.unary_expression,
        $._postfix,
      ),

    if_expression: ($) =>
      seq(
        'if',
        field('condition', $.expression),
        field('then', $.block),
        optional(seq('else', field('else', choice($.block, $.if_expression)))),
      ),

    for_expression: ($) =>
      seq(
        'for',
        field('name', choice($._name, $.pattern)),
        'in',
        field('items', $.expression),
        optional(seq('limit', field('limit', $.expression))),
        field('body', $.block),
      ),

    match_expression: ($) => seq('match', field('subject', $.expression), field('body', $.match_block)),
    match_block: ($) => seq('{', optional(seq($.match_arm, repeat(seq(optional($._newline), $.match_arm)))), '}'),
    match_arm: ($) =>
      seq(field('case', $._case), repeat(seq('|', field('case', $._case))), field('body', $.block)),
    _case: ($) => choice($.string, $.integer, $.negative_integer, $.boolean, $.none, $.else_case),
    negative_integer: ($) => seq('-', $.integer),
    else_case: () => 'else',

    loop_expression: ($) =>
      seq(
        'loop',
        field('name', choice($._name, $.pattern)),
        '=',
        field('start', $.expression),
        optional(seq('limit', field('limit', $.expression))),
        optional(seq('until', field('until', $.expression))),
        field('body', $.block),
      ),

    sweep_expression: ($) =>
      seq(
        'sweep',
        some($.axis),
        some($.objective),
        'using',
        field('strategy', $.expression),
        field('body', $.block),
      ),
    axis: ($) =>
      seq(
        field('name', $._name),
        'in',
        field('space', $.expression),
        optional(seq('step', field('step', $.expression))),
      ),
    objective: ($) => seq(choice('maximize', 'minimize'), field('field', $.field_path)),
    field_path: ($) => seq($._name, repeat(seq('.', $._field_name))),

    try_expression: ($) => prec(TRY, seq('try', field('value', $.expression))),
    deploy_expression: ($) => prec(UNARY, seq('deploy', field('call', $._postfix))),
    not_expression: ($) => prec(NOT, seq('not', field('operand', $.expression))),
    unary_expression: ($) => prec(UNARY, seq('-', field('operand', $.expression))),

    binary_expression: ($) =>
      choice(
        ...[
          [OR, ['or']],
          [AND, ['and']],
          [COMPARE, ['==', '!=', '<', '<=', '>', '>=']],
          [COALESCE, ['??']],
          [SUM, ['+', '-']],
          [PRODUCT, ['*', '/']],
        ].map(([level, operators]) =>
          prec.left(
            level,
            seq(
              field('left', $.expression),
              field('operator', operators.length === 1 ? operators[0] : choice(...operators)),
              field('right', $.expression),
            ),
          ),
        ),
      ),

    range_expression: ($) =>
      prec.left(RANGE, seq(field('start', $.expression), choice('..', '..='), field('end', $.expression))),
    pipe_expression: ($) => prec.left(PIPE, seq(field('value', $.expression), '|>', field('call', $._postfix))),

    _postfix: ($) =>
      choice(
        $.call,
        $.member_expression,
        $.index_expression,
        $.parenthesized_expression,
        $.list,
        $.record,
        $.string,
        $.boolean,
        $.none,
        $._number,
        $._name,
      ),

    call: ($) => seq(field('function', $._postfix), field('arguments', $.arguments)),
    arguments: ($) => seq('(', list(choice($.expression, $.named_argument)), ')'),
    named_argument: ($) => seq(field('name', $._field_name), ':', field('value', $.expression)),
    member_expression: ($) => seq(field('object', $._postfix), '.', field('name', $._field_name)),
    index_expression: ($) => seq(field('object', $._postfix), '[', field('index', $.expression), ']'),
    parenthesized_expression: ($) => seq('(', $.expression, ')'),
    list: ($) => seq('[', list($.expression), ']'),
    record: ($) => seq('{', lines($, $.record_field), '}'),
    record_field: ($) => choice(seq(field('name', $._field_name), ':', field('value', $.expression)), field('name', $._name)),

    // Text

    string: ($) =>
      seq('"', repeat(choice($.string_content, $.escape_sequence, $.interpolation)), token.immediate('"')),
    string_content: () => token.immediate(prec(1, /([^"\\$\r\n]|\$[^{"\\\r\n])+|\$/)),
    escape_sequence: () => token.immediate(/\\(u\{[0-9A-Fa-f]*\}|[^\r\n])/),
    interpolation: ($) => seq(token.immediate(prec(2, '${')), $.expression, '}'),

    _number: ($) => choice($.integer, $.float, $.percentage, $.duration, $.size),
    integer: () => token(DIGITS),
    float: () =>
      token(choice(seq(DIGITS, '.', DIGITS, optional(seq(/[eE][+-]?/, DIGITS))), seq(DIGITS, /[eE][+-]?/, DIGITS))),
    percentage: () => token(seq(NUMBER, '%')),
    duration: () => token(seq(NUMBER, choice('ms', 's', 'm', 'h', 'd'))),
    size: () => token(seq(NUMBER, choice('B', 'KB', 'MB', 'GB', 'TB', 'KiB', 'MiB', 'GiB', 'TiB'))),

    boolean: () => choice('true', 'false'),
    none: () => 'none',

    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,
    _name: ($) => choice($.identifier, ...CONTEXTUAL.map((word) => alias(word, $.identifier))),
    _type_name: ($) => choice(...['', ...CONTEXTUAL].map((word) => alias(word || $.identifier, $.type_identifier))),
    _field_name: ($) => choice($._name, ...KEYWORDS.map((word) => alias(word, $.identifier))),
    _attribute_name: ($) =>
      choice(...['', ...CONTEXTUAL, ...KEYWORDS].map((word) => alias(word || $.identifier, $.attribute_name))),

    comment: () => token(/#[^\r\n]*/),
    doc_comment: () => token(prec(1, /##([^#\r\n][^\r\n]*)?/)),
  },
});
