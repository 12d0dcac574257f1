//! How answers travel to our own pages: values one after the other, without the names of fields (postcard).
//!
//! Reading names costs code for each field of each type, and the browser loads that code with the first page. Whoever
//! does not ask for this encoding (`Accept`) gets JSON. Two sides that are not of the same version do not speak it: an
//! old page in some tab is told that the answer was not understood, and works again once it is loaded anew.
//!
//! The encoding does not describe itself, so a type that travels has no `untagged`, `flatten`, `tag` or
//! `skip_serializing_if`, and free JSON goes through [`json`].

use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};

/// The output of a server function: `#[server(…, output = Compact)]`.
pub type Compact = Post<CompactEncoding>;

/// Its encoding, and the one of data in the page.
#[derive(Debug)]
pub struct CompactEncoding;

/// Writes a value.
pub(crate) fn write<T: Serialize>(value: &T) -> postcard::Result<Vec<u8>> {
    postcard::to_allocvec(value)
}

/// Reads a value of which nothing is left over.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> postcard::Result<T> {
    match postcard::take_from_bytes(bytes)? {
        (value, []) => Ok(value),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

impl ContentType for CompactEncoding {
    const CONTENT_TYPE: &'static str =
        concat!("application/vnd.muster.", env!("CARGO_PKG_VERSION"));
}

impl FormatType for CompactEncoding {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for CompactEncoding {
    type Error = serde_json::Error;

    #[cfg(feature = "ssr")]
    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        use serde::ser::Error as _;
        if crate::session::accepts(Self::CONTENT_TYPE) {
            let written = write(value).map_err(serde_json::Error::custom)?;
            return Ok(written.into());
        }
        crate::session::answer_in_json();
        serde_json::to_vec(value).map(Bytes::from)
    }

    #[cfg(not(feature = "ssr"))]
    fn encode(_value: &T) -> Result<Bytes, Self::Error> {
        unreachable!("browsers send forms")
    }
}

impl<T: DeserializeOwned> Decodes<T> for CompactEncoding {
    type Error = postcard::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}

impl<T: Serialize> Encoder<T> for CompactEncoding {
    type Error = postcard::Error;
    type Encoded = Vec<u8>;

    fn encode(value: &T) -> Result<Vec<u8>, Self::Error> {
        write(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for CompactEncoding {
    type Error = postcard::Error;
    type Encoded = [u8];

    fn decode(bytes: &[u8]) -> Result<T, Self::Error> {
        read(bytes)
    }
}

/// `#[serde(with = "json")]`: a value of any shape, as text where the encoding does not describe itself.
pub(crate) mod json {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T, S>(value: &T, to: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        if to.is_human_readable() {
            return value.serialize(to);
        }
        let text = serde_json::to_string(value).map_err(S::Error::custom)?;
        to.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: DeserializeOwned,
        D: Deserializer<'de>,
    {
        if from.is_human_readable() {
            return T::deserialize(from);
        }
        let text = String::deserialize(from)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(PartialEq, Debug, Serialize, Deserialize)]
    struct Sample {
        name: String,
        level: Option<f64>,
        #[serde(with = "super::json")]
        detail: Value,
    }

    fn sample() -> Sample {
        Sample {
            name: "pump-1".to_owned(),
            level: Some(0.5),
            detail: json!({"a": [1, null, "ä"], "b": {"c": -1.5}}),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = write(&sample()).unwrap();
        assert_eq!(read::<Sample>(&written).unwrap(), sample());
        assert!(read::<Sample>(&written[1..]).is_err());
        assert!(read::<Sample>(&[written, vec![0]].concat()).is_err());
    }

    #[test]
    fn answers_in_json_are_not_mistaken() {
        let answer = serde_json::to_vec(&sample()).unwrap();
        assert!(read::<Sample>(&answer).is_err());
        assert!(read::<Vec<u64>>(&answer).is_err());
    }

    #[test]
    fn json_has_free_values_as_they_are() {
        let answer = serde_json::to_value(sample()).unwrap();
        assert_eq!(answer["detail"], sample().detail);
        let back: Sample = serde_json::from_value(answer).unwrap();
        assert_eq!(back, sample());
    }
}
