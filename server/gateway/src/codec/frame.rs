//! Where one packet ends and the next begins.

use bytes::BytesMut;

use super::{CodecError, MAX_CONNECT_BYTES, MAX_PACKET_BYTES};

/// Packet type of PUBLISH, the upper half of the first byte.
pub(super) const PUBLISH: u8 = 3;

/// Most bytes that the length of a packet may take.
const MAX_LENGTH_BYTES: usize = 4;

/// How large a packet may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limit {
    /// Before CONNECT is accepted.
    Stranger,
    /// Afterwards.
    Device,
}

impl Limit {
    fn bytes(self) -> usize {
        match self {
            Self::Stranger => MAX_CONNECT_BYTES,
            Self::Device => MAX_PACKET_BYTES,
        }
    }
}

/// Splits off the next whole packet, header included.
pub(super) fn take(buffer: &mut BytesMut, limit: Limit) -> Result<Option<BytesMut>, CodecError> {
    let Some((header, body)) = measure(buffer)? else {
        return Ok(None);
    };
    let (size, limit) = (header + body, limit.bytes());
    if size > limit {
        return Err(CodecError::TooLarge { size, limit });
    }
    Ok((buffer.len() >= size).then(|| buffer.split_to(size)))
}

/// What follows the header of a whole packet.
pub(super) fn body(packet: &[u8]) -> &[u8] {
    match measure(packet) {
        Ok(Some((header, _))) => &packet[header..],
        _ => &[],
    }
}

/// Bytes of the header, and of what follows it; `None` until the header is complete.
fn measure(bytes: &[u8]) -> Result<Option<(usize, usize)>, CodecError> {
    let mut body = 0;
    for index in 0..MAX_LENGTH_BYTES {
        let Some(byte) = bytes.get(1 + index) else {
            return Ok(None);
        };
        body |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((2 + index, body)));
        }
    }
    Err(CodecError::Malformed("length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_mqtt_writes_them() {
        let check = |bytes: &[u8], want| assert_eq!(measure(bytes), want, "{bytes:?}");
        check(&[0x30], Ok(None));
        check(&[0x30, 0], Ok(Some((2, 0))));
        check(&[0x30, 127], Ok(Some((2, 127))));
        check(&[0x30, 0x80], Ok(None));
        check(&[0x30, 0x80, 1], Ok(Some((3, 128))));
        check(&[0x30, 0xff, 0xff, 0xff, 0x7f], Ok(Some((5, 268_435_455))));
        check(
            &[0x30, 0xff, 0xff, 0xff, 0xff, 0x7f],
            Err(CodecError::Malformed("length")),
        );
    }

    #[test]
    fn the_header_alone_decides_about_the_limit() {
        let announced = |limit, body: usize| {
            let length = [
                0x30,
                (body & 0x7f | 0x80) as u8,
                (body >> 7 & 0x7f | 0x80) as u8,
                (body >> 14) as u8,
            ];
            take(&mut BytesMut::from(&length[..]), limit).map(|frame| frame.is_some())
        };
        let largest = MAX_CONNECT_BYTES - 4;
        assert_eq!(announced(Limit::Stranger, largest), Ok(false));
        assert_eq!(
            announced(Limit::Stranger, largest + 1),
            Err(CodecError::TooLarge {
                size: MAX_CONNECT_BYTES + 1,
                limit: MAX_CONNECT_BYTES
            })
        );
        assert_eq!(announced(Limit::Device, largest + 1), Ok(false));
        let largest = MAX_PACKET_BYTES - 4;
        assert_eq!(announced(Limit::Device, largest), Ok(false));
        assert!(announced(Limit::Device, largest + 1).is_err());
    }

    #[test]
    fn packets_are_cut_where_they_end() {
        let mut buffer = BytesMut::from(&[0xc0, 0, 0xe0, 0, 0x30, 3, 0][..]);
        let mut next = || take(&mut buffer, Limit::Device).map(|f| f.map(|f| f.to_vec()));
        assert_eq!(next(), Ok(Some(vec![0xc0, 0])));
        assert_eq!(next(), Ok(Some(vec![0xe0, 0])));
        assert_eq!(next(), Ok(None));
    }
}
