//! A TOML document taken apart field by field, each with its place in the file.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::plain::quoted;
use super::{FieldProblem, MAX_BYTES, PolicyError, Position, Problem};

/// A file's text and the name that messages give it.
#[derive(Clone, Copy)]
pub(super) struct Document<'i> {
    origin: &'i str,
    text: &'i str,
}

impl<'i> Document<'i> {
    /// Takes bytes that are text of a bearable size.
    pub(super) fn new(bytes: &'i [u8], origin: &'i str) -> Result<Self, PolicyError> {
        let plain = |problem: FieldProblem| PolicyError {
            origin: origin.to_owned(),
            at: None,
            field: None,
            problem: Box::new(problem.into()),
        };
        if bytes.len() > MAX_BYTES {
            return Err(plain(FieldProblem::TooLarge { most: MAX_BYTES }));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| plain(FieldProblem::NotUtf8))?;
        if text.trim().is_empty() {
            return Err(plain(FieldProblem::Empty));
        }
        Ok(Self { origin, text })
    }

    /// Parses it as TOML.
    pub(super) fn fields(self) -> Result<Fields<'i>, PolicyError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let problem = if error.message().starts_with("duplicate key") {
                FieldProblem::Duplicate { field: quoted(self.text.get(span.clone()).unwrap_or("")) }
            } else {
                FieldProblem::Syntax { detail: quoted(error.message()) }
            };
            self.error(&span, problem)
        })?;
        Ok(Fields { document: self, span: table.span(), table: table.into_inner(), names: vec![] })
    }

    /// A problem at a place, whose own text names the field.
    pub(super) fn error(self, at: &Range<usize>, problem: impl Into<Problem>) -> PolicyError {
        PolicyError {
            origin: self.origin.to_owned(),
            at: Some(Position::of(self.text, at.start)),
            field: None,
            problem: Box::new(problem.into()),
        }
    }
}

/// One value, with its field's name and its place.
pub(super) struct Field<'i> {
    document: Document<'i>,
    name: &'static str,
    value: Spanned<DeValue<'i>>,
}

impl<'i> Field<'i> {
    /// Says what is wrong with this value, in words that name the field.
    pub(super) fn error(&self, problem: FieldProblem) -> PolicyError {
        self.document.error(&self.value.span(), problem)
    }

    /// Says what is wrong with this value, in words that do not name the field.
    fn value_error(&self, problem: impl Into<Problem>) -> PolicyError {
        PolicyError { field: Some(self.name), ..self.document.error(&self.value.span(), problem) }
    }

    fn name(&self) -> String {
        self.name.to_owned()
    }

    /// The value as text.
    pub(super) fn text(&self) -> Result<&str, PolicyError> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.error(FieldProblem::NotText { field: self.name() }))
    }

    /// The value as text that is parsed by its own type.
    pub(super) fn parse<T>(&self) -> Result<T, PolicyError>
    where
        T: std::str::FromStr,
        T::Err: Into<Problem>,
    {
        self.text()?.parse().map_err(|problem: T::Err| self.value_error(problem))
    }

    /// The value of one's own type, judged further.
    pub(super) fn judge<T, P: Into<Problem>>(
        &self,
        judged: Result<T, P>,
    ) -> Result<T, PolicyError> {
        judged.map_err(|problem| self.value_error(problem))
    }

    /// The value as a number within bounds.
    pub(super) fn number(&self, least: u64, most: u64) -> Result<u64, PolicyError> {
        let integer = self.value.get_ref().as_integer();
        integer
            .and_then(|i| u64::from_str_radix(i.as_str(), i.radix()).ok())
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| self.error(FieldProblem::NotNumber { field: self.name(), least, most }))
    }

    /// The value as true or false.
    pub(super) fn bool(&self) -> Result<bool, PolicyError> {
        let value = self.value.get_ref().as_bool();
        value.ok_or_else(|| self.error(FieldProblem::NotBool { field: self.name() }))
    }

    /// The value as a date, written as text or as TOML's own.
    pub(super) fn date_text(&self) -> Option<String> {
        let value = self.value.get_ref();
        value.as_str().map(str::to_owned).or_else(|| value.as_datetime().map(ToString::to_string))
    }

    /// The value's entries.
    pub(super) fn list(self, most: usize) -> Result<Vec<Field<'i>>, PolicyError> {
        let Self { document, name, value } = self;
        let span = value.span();
        let field = name.to_owned();
        let DeValue::Array(array) = value.into_inner() else {
            return Err(document.error(&span, FieldProblem::NotList { field }));
        };
        if array.len() > most {
            return Err(document.error(&span, FieldProblem::TooMany { field, most }));
        }
        Ok(array.into_iter().map(|value| Field { document, name, value }).collect())
    }

    /// The value as a table of fields.
    pub(super) fn fields(self) -> Result<Fields<'i>, PolicyError> {
        let Self { document, name, value } = self;
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            return Err(document.error(&span, FieldProblem::NotTables { field: name.to_owned() }));
        };
        Ok(Fields { document, span, table, names: vec![] })
    }
}

/// The fields of a table, taken out one after the other.
pub(super) struct Fields<'i> {
    document: Document<'i>,
    span: Range<usize>,
    table: DeTable<'i>,
    names: Vec<&'static str>,
}

impl<'i> Fields<'i> {
    /// Takes a field out, if it is there.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'i>> {
        self.names.push(name);
        let value = self.table.remove(name)?;
        Some(Field { document: self.document, name, value })
    }

    /// Takes a field out that must be there.
    pub(super) fn need(&mut self, name: &'static str) -> Result<Field<'i>, PolicyError> {
        let missing = FieldProblem::Missing { field: name.to_owned() };
        self.take(name).ok_or_else(|| self.document.error(&self.span, missing))
    }

    /// Refuses what was not taken out, the first in the file.
    pub(super) fn finish(self) -> Result<(), PolicyError> {
        let Some(key) = self.table.keys().min_by_key(|key| key.span().start) else {
            return Ok(());
        };
        let allowed = self.names.join(", ");
        let field = quoted(key.get_ref());
        Err(self.document.error(&key.span(), FieldProblem::Unknown { field, allowed }))
    }
}
