//! The functions of the language (spec §8.2, §8.5).

/// A function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(
    missing_docs,
    reason = "the names are those of the language; the table below says what each takes"
)]
pub enum Function {
    Abs,
    ArrayContains,
    ArrayLength,
    AsNumber,
    Ceiling,
    Concat,
    Contains,
    EndsWith,
    Exp,
    Floor,
    IndexOf,
    IsArray,
    IsBool,
    IsDefined,
    IsNull,
    IsNumber,
    IsObject,
    IsPrimitive,
    IsString,
    Length,
    Lower,
    Now,
    Power,
    Sign,
    Sqrt,
    Square,
    StDistance,
    StartsWith,
    Substring,
    Upper,
}

use Function as F;

/// Function, canonical name, fewest and most arguments. In the order of names.
const TABLE: [(Function, &str, usize, usize); 30] = [
    (F::Abs, "ABS", 1, 1),
    (F::ArrayContains, "ARRAY_CONTAINS", 2, 2),
    (F::ArrayLength, "ARRAY_LENGTH", 1, 1),
    (F::AsNumber, "AS_NUMBER", 1, 1),
    (F::Ceiling, "CEILING", 1, 1),
    (F::Concat, "CONCAT", 1, 16),
    (F::Contains, "CONTAINS", 2, 2),
    (F::EndsWith, "ENDS_WITH", 2, 2),
    (F::Exp, "EXP", 1, 1),
    (F::Floor, "FLOOR", 1, 1),
    (F::IndexOf, "INDEX_OF", 2, 2),
    (F::IsArray, "IS_ARRAY", 1, 1),
    (F::IsBool, "IS_BOOL", 1, 1),
    (F::IsDefined, "IS_DEFINED", 1, 1),
    (F::IsNull, "IS_NULL", 1, 1),
    (F::IsNumber, "IS_NUMBER", 1, 1),
    (F::IsObject, "IS_OBJECT", 1, 1),
    (F::IsPrimitive, "IS_PRIMITIVE", 1, 1),
    (F::IsString, "IS_STRING", 1, 1),
    (F::Length, "LENGTH", 1, 1),
    (F::Lower, "LOWER", 1, 1),
    (F::Now, "NOW", 0, 0),
    (F::Power, "POWER", 2, 2),
    (F::Sign, "SIGN", 1, 1),
    (F::Sqrt, "SQRT", 1, 1),
    (F::Square, "SQUARE", 1, 1),
    (F::StDistance, "ST_DISTANCE", 2, 3),
    (F::StartsWith, "STARTS_WITH", 2, 2),
    (F::Substring, "SUBSTRING", 2, 3),
    (F::Upper, "UPPER", 1, 1),
];

impl Function {
    /// Every canonical name.
    pub const NAMES: [&'static str; TABLE.len()] = {
        let mut names = [""; TABLE.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = TABLE[at].1;
            at += 1;
        }
        names
    };

    /// The function of that name, in any case; underscores may be left out.
    pub fn find(name: &str) -> Option<Self> {
        let plain = |name: &str| name.replace('_', "").to_ascii_uppercase();
        let wanted = plain(name);
        let found = TABLE.iter().find(|(_, known, ..)| plain(known) == wanted);
        found.map(|(function, ..)| *function)
    }

    fn row(self) -> &'static (Function, &'static str, usize, usize) {
        &TABLE[self as usize]
    }

    /// Its canonical name.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// How many arguments it takes: at least, at most.
    pub fn arguments(self) -> (usize, usize) {
        (self.row().2, self.row().3)
    }

    /// Whether it goes by the type of its argument alone.
    pub fn is_of_type(self) -> bool {
        matches!(
            self,
            F::IsArray
                | F::IsBool
                | F::IsDefined
                | F::IsNull
                | F::IsNumber
                | F::IsObject
                | F::IsPrimitive
                | F::IsString
        )
    }

    /// Whether it is true or false.
    pub(crate) fn is_condition(self) -> bool {
        matches!(
            self,
            F::ArrayContains
                | F::Contains
                | F::EndsWith
                | F::IsArray
                | F::IsBool
                | F::IsDefined
                | F::IsNull
                | F::IsNumber
                | F::IsObject
                | F::IsPrimitive
                | F::IsString
                | F::StartsWith
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_type_and_of_names() {
        for (index, (function, name, least, most)) in TABLE.iter().enumerate() {
            assert_eq!(*function as usize, index, "{name}");
            assert!(least <= most);
            assert_eq!(Function::find(name), Some(*function));
        }
        assert_eq!(Function::find("startswith"), Some(F::StartsWith));
        assert_eq!(Function::find("Is_Defined"), Some(F::IsDefined));
        assert_eq!(Function::find("nothing"), None);
    }
}
