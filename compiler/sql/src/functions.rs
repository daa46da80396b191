//! Types of operators, casts and functions, as the engine gives them; what is not here is unknown. Held to the engine by
//! a test that asks it.

use sqlparser::ast::{ArrayElemTypeDef, BinaryOperator as Op, DataType, ExactNumberInfo};

use crate::{Field, Type};

/// Functions whose result is the same whatever they are given.
const INTS: &str = "\
    approx_count_distinct array_length array_position ascii bit_count bit_length cardinality century char_length \
    character_length count count_if count_star countif damerau_levenshtein date_diff datediff day dayofmonth \
    dayofweek dayofyear decade dense_rank editdist3 era gcd hamming hash hour instr isodow isoyear lcm len \
    length levenshtein list_indexof list_position microsecond millennium millisecond minute month ntile \
    octet_length ord quarter rank rank_dense regr_count row_number second sign strlen strpos unicode week \
    weekday weekofyear year yearweek";

const FLOATS: &str = "\
    acos asin atan atan2 cbrt corr cos cot covar_pop covar_samp cume_dist degrees entropy epoch exp favg fsum \
    geomean geometric_mean jaccard jaro_similarity jaro_winkler_similarity kahan_sum kurtosis kurtosis_pop \
    list_avg ln log log10 log2 percent_rank pi pow power product radians random regr_avgx regr_avgy \
    regr_intercept regr_r2 regr_slope sem sin skewness sqrt stddev stddev_pop stddev_samp sumkahan tan var_pop \
    var_samp variance";

const TEXTS: &str = "\
    base64 bin chr concat_ws dayname format group_concat hex lcase left listagg lower lpad ltrim md5 monthname \
    printf regexp_replace replace right rpad rtrim sha1 sha256 split_part strftime string_agg strip_accents \
    substr substring to_base64 to_hex translate trim typeof ucase upper";

const BOOLS: &str = "\
    array_contains array_has array_has_all array_has_any bool_and bool_or contains ends_with isfinite isinf \
    isnan list_contains list_has list_has_all list_has_any prefix regexp_full_match regexp_matches starts_with \
    suffix";

const DATES: &str = "current_date last_day make_date today";

const TIMES: &str = "\
    current_timestamp date_trunc datetrunc get_current_timestamp make_timestamp now strptime to_timestamp \
    transaction_timestamp try_strptime";

const INTERVALS: &str = "\
    age to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_weeks to_years";

/// Functions whose result is one of what their first argument says.
const SAME: &str = "any_value arbitrary first first_value lag last last_value lead mode nth_value nullif";

/// Functions that take a list and give one of the same items.
const LISTS: &str = "\
    array_distinct array_filter array_reverse array_slice array_sort array_unique filter list_distinct \
    list_filter list_reverse list_reverse_sort list_slice list_sort";

const SPLITS: &str = "regexp_split_to_array split str_split str_split_regex string_split string_to_array";

const ITEMS: &str = "\
    array_extract element_at list_element list_extract list_first list_last list_max list_min unnest";

/// Whether `name` is one of `names`, which stand with spaces between them.
pub(crate) fn lists(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|own| own == name)
}

/// The type of a function's result; `literal` is the first argument, when it is text.
pub(crate) fn result(name: &str, args: &[Type], literal: Option<&str>) -> Type {
    let families = [
        (INTS, Type::Int),
        (FLOATS, Type::Float),
        (TEXTS, Type::Text),
        (BOOLS, Type::Bool),
        (DATES, Type::Date),
        (TIMES, Type::Timestamp),
        (INTERVALS, Type::Interval),
    ];
    if let Some((_, ty)) = families.into_iter().find(|(names, _)| lists(names, name)) {
        return ty;
    }
    let first = args.first().cloned().unwrap_or(Type::Unknown);
    if lists(SAME, name) {
        return known(first);
    }
    if lists(SPLITS, name) {
        return Type::List(Box::new(Type::Text));
    }
    if lists(LISTS, name) {
        return if matches!(first, Type::List(_)) { first } else { Type::Unknown };
    }
    if lists(ITEMS, name) {
        return first.item();
    }
    match (name, args) {
        ("min" | "max", [_]) => known(first),
        ("arg_max" | "arg_min" | "argmax" | "argmin" | "max_by" | "min_by", [_, _]) => known(first),
        ("quantile_disc", [_, Type::Decimal(_) | Type::Float]) => known(first),
        ("sum", [Type::Int | Type::Bool]) => Type::Int,
        ("sum" | "abs", [Type::Float | Type::Decimal(_)]) | ("abs", [Type::Int]) => first,
        ("avg" | "mean", [Type::Int | Type::Float | Type::Decimal(_)]) => Type::Float,
        ("median" | "quantile_cont", [Type::Int | Type::Float, ..]) => Type::Float,
        ("round" | "trunc", [Type::Int | Type::Float, ..]) => first,
        ("floor" | "ceil" | "ceiling", [Type::Int | Type::Float]) => Type::Float,
        ("round" | "trunc" | "floor" | "ceil" | "ceiling", [Type::Decimal(_)]) => Type::Decimal(Some(0)),
        ("round", [Type::Decimal(_), _]) => Type::Decimal(None),
        ("mod" | "fmod", [left, right]) => operator(&Op::Modulo, left.clone(), right.clone()),
        ("coalesce" | "ifnull" | "greatest" | "least", _) => join(args),
        ("if" | "iff", [_, rest @ ..]) => join(rest),
        ("list" | "array_agg", [_]) => Type::List(Box::new(known(first))),
        ("list_value" | "list_pack", _) => Type::List(Box::new(join(args))),
        ("range" | "generate_series", _) if args.iter().all(|ty| *ty == Type::Int) => Type::List(Box::new(Type::Int)),
        ("concat", _) if args.iter().all(is_plain) => Type::Text,
        ("reverse" | "repeat", [Type::Text, ..]) => Type::Text,
        ("regexp_extract", [_, _] | [_, _, Type::Int]) => Type::Text,
        ("epoch_ms", [Type::Int]) => Type::Timestamp,
        ("epoch_ms" | "epoch_us" | "epoch_ns", [Type::Date | Type::Timestamp | Type::Interval]) => Type::Int,
        ("date_add", [Type::Date | Type::Timestamp, Type::Interval]) => Type::Timestamp,
        ("date_part" | "datepart", [_, _]) => literal.map_or(Type::Unknown, part),
        _ => Type::Unknown,
    }
}

/// A part of a date.
pub(crate) fn part(name: &str) -> Type {
    match name.trim_matches('\'').to_ascii_lowercase().as_str() {
        "epoch" | "julian" => Type::Float,
        "" => Type::Unknown,
        _ => Type::Int,
    }
}

fn known(ty: Type) -> Type {
    if ty == Type::Null { Type::Unknown } else { ty }
}

fn join(args: &[Type]) -> Type {
    known(args.iter().cloned().fold(Type::Null, Type::joined))
}

/// Whether it is known, and no list, which `||` and `concat` put together in another way.
fn is_plain(ty: &Type) -> bool {
    !matches!(ty, Type::Unknown | Type::Null | Type::List(_) | Type::Struct(_) | Type::Other(_))
}

/// The type of `left op right`.
pub(crate) fn operator(op: &Op, left: Type, right: Type) -> Type {
    use Type::{Date, Decimal, Float, Int, Interval, Timestamp};
    match op {
        Op::Gt | Op::Lt | Op::GtEq | Op::LtEq | Op::Eq | Op::NotEq | Op::And | Op::Or | Op::Xor => Type::Bool,
        Op::PGRegexMatch
        | Op::PGRegexIMatch
        | Op::PGRegexNotMatch
        | Op::PGRegexNotIMatch
        | Op::PGLikeMatch
        | Op::PGILikeMatch
        | Op::PGNotLikeMatch
        | Op::PGNotILikeMatch
        | Op::PGStartsWith => Type::Bool,
        Op::LongArrow => Type::Text,
        Op::StringConcat if is_plain(&left) && is_plain(&right) => Type::Text,
        Op::Plus | Op::Minus | Op::Multiply | Op::Modulo => match (op, left, right) {
            (_, Int, Int) => Int,
            (_, Float, Int | Float | Decimal(_)) | (_, Int | Decimal(_), Float) => Float,
            (Op::Multiply, Decimal(Some(a)), Decimal(Some(b))) => Decimal(Some(a + b)),
            (Op::Plus | Op::Minus, Decimal(Some(a)), Decimal(Some(b))) => Decimal(Some(a.max(b))),
            (Op::Plus | Op::Minus | Op::Multiply, Decimal(scale), Int)
            | (Op::Plus | Op::Minus | Op::Multiply, Int, Decimal(scale)) => Decimal(scale),
            (_, Decimal(_), Decimal(_) | Int) | (_, Int, Decimal(_)) => Decimal(None),
            (Op::Plus | Op::Minus, Date, Int) | (Op::Plus, Int, Date) => Date,
            (Op::Minus, Date, Date) => Int,
            (Op::Plus | Op::Minus, Date | Timestamp, Interval) | (Op::Plus, Interval, Date | Timestamp) => Timestamp,
            (Op::Minus, Timestamp, Timestamp) => Interval,
            (Op::Plus | Op::Minus, Interval, Interval)
            | (Op::Multiply, Interval, Int)
            | (Op::Multiply, Int, Interval) => Interval,
            _ => Type::Unknown,
        },
        Op::Divide if left.is_number() && right.is_number() => Float,
        Op::PGExp if left.is_number() && right.is_number() => Float,
        Op::DuckIntegerDivide
        | Op::BitwiseOr
        | Op::BitwiseAnd
        | Op::PGBitwiseXor
        | Op::PGBitwiseShiftLeft
        | Op::PGBitwiseShiftRight
            if left == Int && right == Int =>
        {
            Int
        }
        _ => Type::Unknown,
    }
}

/// The type that a `CAST` names.
pub(crate) fn cast(ty: &DataType) -> Type {
    match ty {
        DataType::Bool | DataType::Boolean => Type::Bool,
        DataType::TinyInt(_)
        | DataType::SmallInt(_)
        | DataType::Int2(_)
        | DataType::Int4(_)
        | DataType::Int8(_)
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Int128
        | DataType::Int(_)
        | DataType::Integer(_)
        | DataType::BigInt(_)
        | DataType::HugeInt
        | DataType::UHugeInt
        | DataType::UTinyInt
        | DataType::USmallInt
        | DataType::UBigInt => Type::Int,
        DataType::Float(_)
        | DataType::Float4
        | DataType::Float8
        | DataType::Real
        | DataType::Double(_)
        | DataType::DoublePrecision => Type::Float,
        DataType::Decimal(info) | DataType::Numeric(info) | DataType::Dec(info) => Type::Decimal(match info {
            ExactNumberInfo::None => Some(3),
            ExactNumberInfo::Precision(_) => Some(0),
            ExactNumberInfo::PrecisionAndScale(_, scale) => Some(*scale),
        }),
        DataType::Varchar(_)
        | DataType::Text
        | DataType::String(_)
        | DataType::Char(_)
        | DataType::CharVarying(_)
        | DataType::Character(_)
        | DataType::CharacterVarying(_) => Type::Text,
        DataType::Date => Type::Date,
        DataType::Timestamp(..) | DataType::Datetime(_) => Type::Timestamp,
        DataType::Time(..) => Type::Other("TIME"),
        DataType::Interval { .. } => Type::Interval,
        DataType::Blob(_) | DataType::Bytea => Type::Other("BLOB"),
        DataType::Array(ArrayElemTypeDef::SquareBracket(item, _)) => Type::List(Box::new(cast(item))),
        DataType::Struct(fields, _) => {
            let fields = fields.iter().map(|field| {
                Some(Field { name: field.field_name.as_ref()?.value.as_str().into(), ty: cast(&field.field_type) })
            });
            fields.collect::<Option<_>>().map_or(Type::Unknown, Type::Struct)
        }
        DataType::Map(..) => Type::Other("MAP"),
        DataType::Custom(name, _) => match name.to_string().to_ascii_lowercase().as_str() {
            "int1" | "int128" | "hugeint" | "long" | "short" | "ubigint" | "uinteger" | "usmallint" | "utinyint" => {
                Type::Int
            }
            "bpchar" => Type::Text,
            "timestamptz" | "timestamp_s" | "timestamp_ms" | "timestamp_ns" => Type::Timestamp,
            "logical" => Type::Bool,
            _ => Type::Unknown,
        },
        _ => Type::Unknown,
    }
}
