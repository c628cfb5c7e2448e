//! Reads an archive's ZIP strictly: one member after the other from the first byte to the last, and nothing between
//! them, so that no program can see in it what another does not.
//!
//! Source: PKWARE APPNOTE 6.3, of which only what plain archives use is taken.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;

use crate::language::Message;
use crate::message;

/// The largest directory that is read: an archive has ten members.
const DIRECTORY_BYTES_MAX: u64 = 1 << 20;

const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;
const END_LENGTH: usize = 22;
const DEFLATED: u16 = 8;
const HAS_DESCRIPTOR: u16 = 1 << 3;
/// Levels of deflate (1, 2), sizes after the data (3), names in UTF-8 (11).
const FLAGS_KNOWN: u16 = 1 << 1 | 1 << 2 | HAS_DESCRIPTOR | 1 << 11;
/// Times and owners; nothing that changes what a member is called or holds.
const EXTRAS_KNOWN: [u16; 4] = [0x000a, 0x5455, 0x5855, 0x7875];

/// A file in the ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    crc: u32,
    method: u16,
    data: u64,
    packed: u64,
}

/// Something that a plain archive does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in a finding")]
pub struct Fault {
    pub place: String,
    pub expected: Message,
    pub found: Message,
}

/// The members of a ZIP, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Layout {
    /// In the order of their data.
    pub members: Vec<Member>,
    /// What two programs could read differently.
    pub faults: Vec<Fault>,
    /// Whether it has a directory at all.
    pub has_directory: bool,
}

impl Layout {
    /// The member of that name, if there is exactly one.
    pub fn member(&self, name: &str) -> Option<&Member> {
        let mut named = self.members.iter().filter(|member| member.name == name);
        named.next().filter(|_| named.next().is_none())
    }

    fn fault(&mut self, place: impl Into<String>, expected: Message, found: Message) {
        if self.faults.len() < 100 {
            self.faults.push(Fault { place: place.into(), expected, found });
        }
    }
}

fn shown(value: impl std::fmt::Display) -> Message {
    crate::verify::shown(value)
}

struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn u16(&self, at: usize) -> u16 {
        self.0.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
}

struct Central {
    member: Member,
    header: u64,
    common: Vec<u8>,
    flags: u16,
}

/// Reads the layout of a ZIP.
///
/// # Errors
/// Only where the file cannot be read; all else is a fault in the layout.
pub fn layout(file: &mut (impl Read + Seek)) -> io::Result<Layout> {
    let mut layout = Layout::default();
    let length = file.seek(SeekFrom::End(0))?;
    let Some(end_at) = find_end(file, length)? else {
        layout.fault("zip", message!("the end of a ZIP file"), message!("nothing"));
        return Ok(layout);
    };
    layout.has_directory = true;
    let end = read_at(file, end_at, END_LENGTH)?;
    let end = Fields(&end);
    if end_at + END_LENGTH as u64 != length || end.u16(20) != 0 {
        layout.fault("zip", message!("nothing after the end of the directory"), shown(length - end_at));
    }
    if end.u16(4) != 0 || end.u16(6) != 0 || end.u16(8) != end.u16(10) {
        layout.fault("zip", message!("a ZIP file in one part"), message!("a part of several"));
    }
    let (size, start) = (u64::from(end.u32(12)), u64::from(end.u32(16)));
    if start + size != end_at || size > DIRECTORY_BYTES_MAX {
        layout.fault("zip", message!("the directory right before its end"), shown(start + size));
        if start.saturating_add(size) > end_at || size > DIRECTORY_BYTES_MAX {
            return Ok(layout);
        }
    }
    let directory = read_at(file, start, usize::try_from(size).unwrap_or(0))?;
    let centrals = read_directory(&directory, end.u16(10), &mut layout);
    check_members(file, centrals, start, &mut layout)?;
    Ok(layout)
}

/// The place of the end record: at the very end, or where a comment or strange bytes follow it.
fn find_end(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<u64>> {
    let window = length.min(END_LENGTH as u64 + u64::from(u16::MAX));
    let start = length - window;
    let tail = read_at(file, start, usize::try_from(window).unwrap_or(0))?;
    Ok(tail.windows(END_LENGTH).rposition(|bytes| bytes.starts_with(b"PK\x05\x06")).map(|at| start + at as u64))
}

fn read_at(file: &mut (impl Read + Seek), at: u64, length: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_directory(directory: &[u8], count: u16, layout: &mut Layout) -> Vec<Central> {
    let mut centrals = Vec::new();
    let mut rest = directory;
    while rest.starts_with(b"PK\x01\x02") && rest.len() >= CENTRAL_LENGTH {
        let fields = Fields(rest);
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(fields.u16(at)));
        let whole = CENTRAL_LENGTH + name + extra + comment;
        let Some(variable) = rest.get(CENTRAL_LENGTH..whole) else { break };
        let name_bytes = &variable[..name];
        let name = String::from_utf8_lossy(name_bytes).into_owned();
        check_extra(&name, &variable[name_bytes.len()..name_bytes.len() + extra], layout);
        let kind = fields.u32(38) >> 16 & 0xf000;
        if comment != 0 || fields.u16(34) != 0 || fields.u16(36) > 1 || !matches!(kind, 0 | 0x8000) {
            layout.fault(&name, message!("a plain file"), message!("a comment, a link or something else"));
        }
        centrals.push(Central {
            member: Member {
                name,
                bytes: fields.u32(24).into(),
                crc: fields.u32(16),
                method: fields.u16(10),
                data: 0,
                packed: fields.u32(20).into(),
            },
            header: fields.u32(42).into(),
            common: rest[6..28].to_vec(),
            flags: fields.u16(8),
        });
        rest = &rest[whole..];
    }
    if !rest.is_empty() || centrals.len() != usize::from(count) {
        layout.fault("zip", message!("a directory of {count} files", count = u32::from(count)), shown(centrals.len()));
    }
    centrals.sort_by_key(|central| central.header);
    centrals
}

fn check_extra(name: &str, extra: &[u8], layout: &mut Layout) {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, length) = (Fields(rest).u16(0), usize::from(Fields(rest).u16(2)));
        if !EXTRAS_KNOWN.contains(&id) {
            layout.fault(name, message!("no field that changes what a file is"), shown(format_args!("{id:#06x}")));
        }
        rest = rest.get(4 + length..).unwrap_or(&[0]);
    }
    if !rest.is_empty() {
        layout.fault(name, message!("whole fields"), message!("a part of one"));
    }
}

/// Each member begins where the one before ends, and says of itself what the directory says of it.
fn check_members(
    file: &mut (impl Read + Seek),
    centrals: Vec<Central>,
    directory: u64,
    layout: &mut Layout,
) -> io::Result<()> {
    let ends: Vec<u64> = centrals.iter().skip(1).map(|central| central.header).chain([directory]).collect();
    let mut due = 0;
    for (mut central, end) in centrals.into_iter().zip(ends) {
        let name = central.member.name.clone();
        if central.header != due {
            layout.fault(&name, shown(due), shown(central.header));
        }
        due = end;
        let local = read_at(file, central.header, LOCAL_LENGTH)?;
        let fields = Fields(&local);
        let has_descriptor = central.flags & HAS_DESCRIPTOR != 0;
        let (name_length, extra_length) = (usize::from(fields.u16(26)), usize::from(fields.u16(28)));
        let variable = read_at(file, central.header + LOCAL_LENGTH as u64, name_length + extra_length)?;
        let common = local.get(4..26).unwrap_or_default();
        // Version, flags, method, time and date stand in both; crc and sizes too, unless they follow the data.
        let alike = if has_descriptor { 10 } else { 22 };
        let is_same = local.starts_with(b"PK\x03\x04")
            && common.get(..alike) == central.common.get(..alike)
            && (!has_descriptor || common.get(10..).is_some_and(|rest| rest.iter().all(|byte| *byte == 0)))
            && variable.get(..name_length) == Some(name.as_bytes());
        if !is_same {
            layout.fault(&name, message!("the same before the file as in the directory"), message!("something else"));
        }
        check_extra(&name, variable.get(name_length..).unwrap_or_default(), layout);
        if central.flags & !FLAGS_KNOWN != 0 || !matches!(central.member.method, 0 | DEFLATED) {
            layout.fault(&name, message!("a file that is deflated, and not encrypted"), shown(central.member.method));
        }
        central.member.data = central.header + (LOCAL_LENGTH + name_length + extra_length) as u64;
        let data_end = central.member.data + central.member.packed;
        check_gap(file, &central, data_end, end, layout)?;
        layout.members.push(central.member);
    }
    if due != directory || (layout.members.is_empty() && directory != 0) {
        layout.fault("zip", message!("the directory right after the files"), shown(directory));
    }
    Ok(())
}

/// Nothing lies between a member's data and the next member but its sizes, where they follow the data.
fn check_gap(
    file: &mut (impl Read + Seek),
    central: &Central,
    data_end: u64,
    end: u64,
    layout: &mut Layout,
) -> io::Result<()> {
    let member = &central.member;
    let is_right = if central.flags & HAS_DESCRIPTOR == 0 {
        data_end == end
    } else {
        let sums = [member.crc.to_le_bytes(), low(member.packed), low(member.bytes)].concat();
        match end.checked_sub(data_end) {
            Some(12) => read_at(file, data_end, 12)? == sums,
            Some(16) => read_at(file, data_end, 16)? == [b"PK\x07\x08".as_slice(), &sums].concat(),
            _ => false,
        }
    };
    if !is_right {
        layout.fault(&member.name, message!("nothing between this file and the next"), message!("other bytes"));
    }
    Ok(())
}

fn low(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// Why a member could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The file, or what it is unpacked into.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What comes out is not what the directory says.
    #[error("what is unpacked is not what the directory says: {0}")]
    Unlike(&'static str),
}

enum Unpacked<R: Read> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<BufReader<Take<R>>>>),
}

/// A member being unpacked.
pub struct Unpack<R: Read> {
    from: Unpacked<R>,
    crc: flate2::Crc,
    total: u64,
    expected: Member,
}

impl Member {
    /// Starts to unpack it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unpack<R: Read + Seek>(&self, mut file: R) -> io::Result<Unpack<R>> {
        file.seek(SeekFrom::Start(self.data))?;
        let packed = file.take(self.packed);
        let from = match self.method {
            DEFLATED => Unpacked::Deflated(Box::new(DeflateDecoder::new(BufReader::with_capacity(1 << 16, packed)))),
            _ => Unpacked::Stored(packed),
        };
        Ok(Unpack { from, crc: flate2::Crc::new(), total: 0, expected: self.clone() })
    }

    /// How many times longer it is than its packed form.
    pub fn ratio(&self) -> u64 {
        self.bytes / self.packed.max(1)
    }
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.total > self.expected.bytes {
            return Ok(0);
        }
        let left = self.expected.bytes.saturating_sub(self.total);
        // One byte more than is due, so that a longer member shows itself without being read whole.
        let most = usize::try_from(left.saturating_add(1)).unwrap_or(usize::MAX).min(into.len());
        let read = match &mut self.from {
            Unpacked::Stored(from) => from.read(&mut into[..most])?,
            Unpacked::Deflated(from) => from.read(&mut into[..most])?,
        };
        self.crc.update(&into[..read]);
        self.total += read as u64;
        Ok(read)
    }
}

impl<R: Read> Unpack<R> {
    /// Reads what is left, and says whether all of it is what the directory says.
    ///
    /// # Errors
    /// Where it is not, or cannot be read.
    pub fn finish(mut self) -> Result<(), UnpackError> {
        io::copy(&mut self.by_ref().take(u64::MAX), &mut io::sink())?;
        let packed = match &self.from {
            Unpacked::Stored(_) => self.total,
            Unpacked::Deflated(from) => from.total_in(),
        };
        if self.total != self.expected.bytes {
            Err(UnpackError::Unlike("its length"))
        } else if self.crc.sum() != self.expected.crc {
            Err(UnpackError::Unlike("its CRC"))
        } else if packed != self.expected.packed {
            Err(UnpackError::Unlike("its packed length"))
        } else {
            Ok(())
        }
    }
}
