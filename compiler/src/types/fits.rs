//! The type relation: what may stand where what is wanted. Knows nothing of expressions.
//!
//! Records and tables are structural with width subtyping, `Int` widens to `Float`, `T` to `T?`; `T` and `List[T]`
//! never convert into each other.

use smol_str::SmolStr;
use standpipe_syntax::Span;

use super::{Field, Fields, Format, Type};

/// One difference between what was found and what is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Where inside, `.parts.age`; empty for the whole.
    pub(crate) place: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A wanted field or column is not there.
    Missing(Field),
    /// Two types that do not fit.
    Mismatch { found: Type, wanted: Type, declared: Option<Span> },
}

/// What inference variables stand for, while a call is checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings(pub(crate) Vec<Option<Type>>);

/// Every difference that keeps `found` from standing where `wanted` is wanted; empty when it fits.
/// Variables in `wanted` are bound on the way.
pub(crate) fn differences(found: &Type, wanted: &Type, bindings: &mut Bindings) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut comparison = Comparison { bindings, out: &mut out };
    comparison.compare(found, wanted, &mut String::new(), None);
    out
}

/// Whether `found` may stand where `wanted` is wanted, and no variables are about.
pub(crate) fn fits(found: &Type, wanted: &Type) -> bool {
    differences(found, wanted, &mut Bindings::default()).is_empty()
}

/// One comparison under way.
struct Comparison<'a> {
    bindings: &'a mut Bindings,
    out: &'a mut Vec<Difference>,
}

impl Comparison<'_> {
    fn compare(&mut self, found: &Type, wanted: &Type, place: &mut String, declared: Option<Span>) {
        match (found, wanted) {
            (Type::Error, _)
            | (_, Type::Error)
            | (Type::None, Type::Optional(_))
            | (Type::Int(_), Type::Int(_) | Type::Float(_))
            | (Type::Float(_), Type::Float(_))
            | (Type::OneOf(_), Type::String)
            | (Type::File(_), Type::File(None))
            | (Type::Table(None), Type::Table(_))
            | (Type::Table(_), Type::Table(None)) => {}
            (_, Type::Var(var)) => self.variable(found, *var, place, declared),
            (Type::Optional(found), Type::Optional(wanted)) => self.compare(found, wanted, place, declared),
            (found, Type::Optional(wanted)) if !matches!(found, Type::Optional(_)) => {
                self.compare(found, wanted, place, declared);
            }
            (Type::List(found), Type::List(wanted)) | (Type::Map(found), Type::Map(wanted)) => {
                self.compare(found, wanted, place, declared);
            }
            (Type::Table(Some(found)), Type::Table(Some(wanted))) => {
                self.compare(found, wanted, place, declared);
            }
            (Type::File(Some(found)), Type::File(Some(wanted))) if found.name == wanted.name => {
                if let (Some(found), Some(wanted)) = (&found.row, &wanted.row) {
                    self.compare(found, wanted, place, declared);
                }
            }
            (Type::OneOf(found), Type::OneOf(wanted)) if found.iter().all(|member| wanted.contains(member)) => {}
            (Type::Record(found), Type::Record(wanted)) => {
                self.fields(found, wanted, place);
            }
            (
                Type::Artifact { decl: found, args: found_args, .. },
                Type::Artifact { decl: wanted, args: wanted_args, .. },
            ) if found == wanted => {
                for (found, wanted) in found_args.iter().zip(wanted_args) {
                    self.label(found, wanted, place, declared);
                }
            }
            (Type::Tensor { of, sizes }, Type::Tensor { of: wanted_of, sizes: wanted_sizes })
                if of == wanted_of && sizes.len() == wanted_sizes.len() =>
            {
                let before = self.out.len();
                for (size, wanted) in sizes.iter().zip(wanted_sizes) {
                    self.compare(size, wanted, place, declared);
                }
                if self.out.len() > before {
                    // Of a tensor all sizes are of interest.
                    self.out.truncate(before);
                    let wanted = wanted.bound(self.bindings);
                    self.differ(found, &wanted, place, declared);
                }
            }
            _ if found == wanted => {}
            (Type::Param { bound: Some(bound), .. }, wanted) if !matches!(wanted, Type::Param { .. }) => {
                self.compare(bound, wanted, place, declared);
            }
            _ => self.differ(found, wanted, place, declared),
        }
    }

    fn variable(&mut self, found: &Type, var: u32, place: &mut String, declared: Option<Span>) {
        match self.bindings.0.get(var as usize).cloned().flatten() {
            Some(bound) if fits(found, &bound) => {}
            // What came first was narrower: the variable widens.
            Some(bound) if fits(&bound, found) => self.bindings.0[var as usize] = Some(found.clone()),
            Some(bound) => self.compare(found, &bound, place, declared),
            None => {
                if let Some(slot) = self.bindings.0.get_mut(var as usize) {
                    *slot = Some(found.clone());
                }
            }
        }
    }

    /// Labels of artifacts must agree: neither may be wider than the other.
    fn label(&mut self, found: &Type, wanted: &Type, place: &mut String, declared: Option<Span>) {
        let before = self.out.len();
        self.compare(found, wanted, place, declared);
        let bound = wanted.bound(self.bindings);
        if self.out.len() == before && !fits(&bound, found) {
            self.differ(found, &bound, place, declared);
        }
    }

    fn fields(&mut self, found: &Fields, wanted: &Fields, place: &mut String) {
        if found.same(wanted) {
            return;
        }
        for (index, field) in wanted.iter().enumerate() {
            match found.find_at(index, &field.name) {
                Some(own) => {
                    let length = place.len();
                    place.push('.');
                    place.push_str(&field.name);
                    self.compare(&own.ty, &field.ty, place, field.span.or(own.span));
                    place.truncate(length);
                }
                None => self.out.push(Difference { place: place.clone(), kind: Kind::Missing(field.clone()) }),
            }
        }
    }

    fn differ(&mut self, found: &Type, wanted: &Type, place: &str, declared: Option<Span>) {
        self.out.push(Difference {
            place: place.to_string(),
            kind: Kind::Mismatch { found: found.clone(), wanted: wanted.clone(), declared },
        });
    }
}

/// The field of that name.
#[must_use]
pub fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

/// The narrowest type that both fit; `None` when there is none.
pub(crate) fn join(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::None, Type::None) => Some(Type::None),
        (Type::None, other) | (other, Type::None) => Some(optional(other.clone())),
        (Type::Int(a), Type::Int(b)) => Some(if a == b { left.clone() } else { Type::Int(None) }),
        (Type::Float(a), Type::Float(b)) => Some(if a == b { left.clone() } else { Type::Float(None) }),
        (Type::Int(_), Type::Float(_)) | (Type::Float(_), Type::Int(_)) => Some(Type::Float(None)),
        (Type::OneOf(a), Type::OneOf(b)) => {
            let mut members = a.clone();
            members.extend(b.iter().filter(|member| !a.contains(member)).cloned());
            Some(Type::OneOf(members))
        }
        (Type::Optional(a), b) | (b, Type::Optional(a)) => {
            let b = if let Type::Optional(b) = b { b } else { b };
            join(a, b).map(optional)
        }
        (Type::List(a), Type::List(b)) => join(a, b).map(|item| Type::List(Box::new(item))),
        (Type::Record(a), Type::Record(b)) if a == b => Some(left.clone()),
        (Type::Record(a), Type::Record(b)) => {
            let shared: Option<Fields> = a
                .iter()
                .filter_map(|own| find(b, &own.name).map(|other| (own, other)))
                .map(|(own, other)| Some(Field { ty: join(&own.ty, &other.ty)?, ..own.clone() }))
                .collect();
            shared.map(Type::Record)
        }
        _ if fits(left, right) => Some(right.clone()),
        _ if fits(right, left) => Some(left.clone()),
        _ => None,
    }
}

/// `T?`, and `T?` again for what is optional already.
pub(crate) fn optional(ty: Type) -> Type {
    match ty {
        Type::Optional(_) | Type::Error => ty,
        ty => Type::Optional(Box::new(ty)),
    }
}

impl Type {
    /// Whether a value of this type may stand where `wanted` is wanted; type parameters of a declaration take anything.
    #[must_use]
    pub fn goes_where(&self, wanted: &Type) -> bool {
        differences(self, &wanted.opened(), &mut Bindings(vec![None; 16])).is_empty()
    }

    /// This type with every variable replaced by what it stands for; unbound ones become [`Type::Error`].
    pub(crate) fn bound(&self, bindings: &Bindings) -> Type {
        self.map(&mut |ty| match ty {
            Type::Var(var) => Some(bindings.0.get(*var as usize).cloned().flatten().unwrap_or(Type::Error)),
            _ => None,
        })
    }

    /// This type with its declaration's own parameters as variables.
    pub(crate) fn opened(&self) -> Type {
        self.map(&mut |ty| match ty {
            Type::Param { index, .. } => Some(Type::Var(*index)),
            _ => None,
        })
    }

    /// Rebuilds the type where it is open, with `change` first at every part.
    fn map(&self, change: &mut dyn FnMut(&Type) -> Option<Type>) -> Type {
        if !self.extent().open {
            return self.clone();
        }
        if let Some(changed) = change(self) {
            return changed;
        }
        match self {
            Self::Table(row) => match row.as_ref().map(|row| row.map(change)) {
                // A row that nothing says anything about.
                None | Some(Type::Error) => Self::Table(None),
                Some(row) => Self::Table(Some(Box::new(row))),
            },
            Self::File(Some(Format { name, row: Some(row) })) => {
                let row = Some(row.map(change)).filter(|row| *row != Self::Error).map(Box::new);
                Self::File(Some(Format { name: name.clone(), row }))
            }
            Self::List(item) => Self::List(Box::new(item.map(change))),
            Self::Map(item) => Self::Map(Box::new(item.map(change))),
            Self::Optional(inner) => optional(inner.map(change)),
            Self::Record(fields) => {
                Self::Record(fields.iter().map(|field| Field { ty: field.ty.map(change), ..field.clone() }).collect())
            }
            Self::Artifact { decl, name, args } => Self::Artifact {
                decl: *decl,
                name: SmolStr::clone(name),
                args: args.iter().map(|arg| arg.map(change)).collect(),
            },
            Self::Tensor { of, sizes } => {
                Self::Tensor { of: of.clone(), sizes: sizes.iter().map(|size| size.map(change)).collect() }
            }
            other => other.clone(),
        }
    }

    /// Whether it is a secret, or has one inside.
    pub(crate) fn holds_secret(&self) -> bool {
        match self {
            Self::Secret => true,
            Self::Table(row) => row.as_deref().is_some_and(Self::holds_secret),
            Self::List(inner) | Self::Map(inner) | Self::Optional(inner) => inner.holds_secret(),
            Self::Record(fields) => fields.iter().any(|field| field.ty.holds_secret()),
            Self::Artifact { args, .. } => args.iter().any(Self::holds_secret),
            _ => false,
        }
    }
}
