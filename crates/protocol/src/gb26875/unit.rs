//! What a frame carries (fig. 5): a type, a count, and so many objects of that type, each typed here, in both directions
//! and back into the same bytes. What does not belong here: frames (`frame`), names (`table`), JSON (`json`).

use super::frame::Stamp;

/// A facility system, as 火灾报警系统 number 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct System {
    /// 系统类型.
    pub kind: u8,
    /// 系统地址.
    pub address: u8,
}

/// A part of a system: its four bytes of address are kept as they came, low byte first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// 部件类型.
    pub kind: u8,
    /// 部件地址.
    pub address: [u8; 4],
}

impl Part {
    /// As one number, low byte first.
    pub fn number(self) -> u32 {
        u32::from_le_bytes(self.address)
    }

    /// Low and high half, which many makers use as zone and point.
    pub fn halves(self) -> (u16, u16) {
        let [a, b, c, d] = self.address;
        (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
    }
}

/// One object of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Object {
    /// 1 系统状态.
    SystemState(System, u16, Stamp),
    /// 2 部件运行状态, with 31 bytes of text.
    PartState(System, Part, u16, Vec<u8>, Stamp),
    /// 3 部件模拟量: type and raw value.
    PartAnalog(System, Part, u8, i16, Stamp),
    /// 4 操作信息: flags and operator.
    SystemOperation(System, u8, u8, Stamp),
    /// 5 软件版本: main, minor.
    SystemVersion(System, u8, u8),
    /// 6 系统配置.
    SystemConfig(System, Vec<u8>),
    /// 7 部件配置, with 31 bytes of text.
    PartConfig(System, Part, Vec<u8>),
    /// 8 系统时间.
    SystemTime(System, Stamp),
    /// 21 传输装置运行状态.
    DeviceState(u8, Stamp),
    /// 24 传输装置操作信息.
    DeviceOperation(u8, u8, Stamp),
    /// 25 传输装置软件版本.
    DeviceVersion(u8, u8),
    /// 26 传输装置配置.
    DeviceConfig(Vec<u8>),
    /// 28 传输装置系统时间; 90 同步时钟.
    Time(Stamp),
    /// 61, 65, 66, 68 读系统.
    ReadSystem(System),
    /// 62, 63, 67 读部件.
    ReadPart(System, [u8; 4]),
    /// 64 读操作信息: how many, since when.
    ReadOperations(System, u8, Stamp),
    /// 84 读传输装置操作信息: how many, since when.
    ReadDeviceOperations(u8, Stamp),
    /// 81, 85, 86, 88, 89 and variants of 90: one reserved byte.
    Reserved(u8),
    /// 91 查岗: how long to wait for an answer. Units: minutes.
    DutyCheck(u8),
}

/// What a frame carries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unit {
    /// 类型标志.
    pub kind: u8,
    /// 信息对象数目, as it was said.
    pub count: u8,
    /// The objects that could be read.
    pub objects: Vec<Object>,
    /// What is left over: of a type nobody knows, of an object that was cut, or more than was said.
    pub left_over: Vec<u8>,
}

/// The text of a type 2 or 7 object. Units: bytes.
const TEXT: usize = 31;

/// The most objects of a type one unit carries (nmax); none for types without a layout.
pub fn most_objects(kind: u8) -> Option<u8> {
    Some(match kind {
        1 | 4 | 61 => 102,
        2 | 62 => 22,
        3 | 63 => 63,
        6 | 66 => 3,
        7 | 67 => 26,
        24 => 127,
        5 | 8 | 21 | 25 | 26 | 28 | 64 | 65 | 68 | 81 | 84 | 85 | 86 | 88..=91 => 1,
        _ => return None,
    })
}

/// Bytes from the front, one after the other.
struct Front<'a>(&'a [u8]);

impl Front<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }
    fn text(&mut self, length: usize) -> Option<Vec<u8>> {
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first.to_vec())
    }
    fn word(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }
    fn stamp(&mut self) -> Option<Stamp> {
        self.bytes().map(Stamp)
    }
    fn system(&mut self) -> Option<System> {
        Some(System { kind: self.byte()?, address: self.byte()? })
    }
    fn part(&mut self) -> Option<Part> {
        Some(Part { kind: self.byte()?, address: self.bytes()? })
    }
}

impl Object {
    fn read(kind: u8, from: &mut Front<'_>) -> Option<Self> {
        Some(match kind {
            1 => Self::SystemState(from.system()?, from.word()?, from.stamp()?),
            2 => {
                let (system, part, state) = (from.system()?, from.part()?, from.word()?);
                Self::PartState(system, part, state, from.text(TEXT)?, from.stamp()?)
            }
            3 => {
                let (system, part, analog) = (from.system()?, from.part()?, from.byte()?);
                Self::PartAnalog(system, part, analog, i16::from_le_bytes(from.bytes()?), from.stamp()?)
            }
            4 => Self::SystemOperation(from.system()?, from.byte()?, from.byte()?, from.stamp()?),
            5 => Self::SystemVersion(from.system()?, from.byte()?, from.byte()?),
            6 => {
                let (system, length) = (from.system()?, from.byte()?);
                Self::SystemConfig(system, from.text(length.into())?)
            }
            7 => Self::PartConfig(from.system()?, from.part()?, from.text(TEXT)?),
            8 => Self::SystemTime(from.system()?, from.stamp()?),
            21 => Self::DeviceState(from.byte()?, from.stamp()?),
            24 => Self::DeviceOperation(from.byte()?, from.byte()?, from.stamp()?),
            25 => Self::DeviceVersion(from.byte()?, from.byte()?),
            26 => {
                let length = from.byte()?;
                Self::DeviceConfig(from.text(length.into())?)
            }
            // Some send one reserved byte in place of the time.
            90 if from.0.len() < 6 => Self::Reserved(from.byte()?),
            28 | 90 => Self::Time(from.stamp()?),
            61 | 65 | 66 | 68 => Self::ReadSystem(from.system()?),
            62 | 63 | 67 => Self::ReadPart(from.system()?, from.bytes()?),
            64 => Self::ReadOperations(from.system()?, from.byte()?, from.stamp()?),
            81 | 85 | 86 | 88 | 89 => Self::Reserved(from.byte()?),
            84 => Self::ReadDeviceOperations(from.byte()?, from.stamp()?),
            91 => Self::DutyCheck(from.byte()?),
            _ => return None,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let system = |out: &mut Vec<u8>, s: &System| out.extend([s.kind, s.address]);
        let part = |out: &mut Vec<u8>, p: &Part| {
            out.push(p.kind);
            out.extend(p.address);
        };
        let padded = |out: &mut Vec<u8>, text: &[u8]| {
            out.extend(text.iter().copied().chain(std::iter::repeat(0)).take(TEXT));
        };
        let sized = |out: &mut Vec<u8>, text: &[u8]| {
            let text = text.get(..text.len().min(255)).unwrap_or_default();
            out.push(text.len() as u8);
            out.extend(text);
        };
        match self {
            Self::SystemState(s, state, time) => {
                system(out, s);
                out.extend(state.to_le_bytes());
                out.extend(time.0);
            }
            Self::PartState(s, p, state, text, time) => {
                system(out, s);
                part(out, p);
                out.extend(state.to_le_bytes());
                padded(out, text);
                out.extend(time.0);
            }
            Self::PartAnalog(s, p, analog, raw, time) => {
                system(out, s);
                part(out, p);
                out.push(*analog);
                out.extend(raw.to_le_bytes());
                out.extend(time.0);
            }
            Self::SystemOperation(s, flags, operator, time) => {
                system(out, s);
                out.extend([*flags, *operator]);
                out.extend(time.0);
            }
            Self::SystemVersion(s, main, minor) => {
                system(out, s);
                out.extend([*main, *minor]);
            }
            Self::SystemConfig(s, text) => {
                system(out, s);
                sized(out, text);
            }
            Self::PartConfig(s, p, text) => {
                system(out, s);
                part(out, p);
                padded(out, text);
            }
            Self::SystemTime(s, time) => {
                system(out, s);
                out.extend(time.0);
            }
            Self::DeviceState(state, time) => {
                out.push(*state);
                out.extend(time.0);
            }
            Self::DeviceOperation(flags, operator, time) => {
                out.extend([*flags, *operator]);
                out.extend(time.0);
            }
            Self::DeviceVersion(main, minor) => out.extend([*main, *minor]),
            Self::DeviceConfig(text) => sized(out, text),
            Self::Time(time) => out.extend(time.0),
            Self::ReadSystem(s) => system(out, s),
            Self::ReadPart(s, address) => {
                system(out, s);
                out.extend(address);
            }
            Self::ReadOperations(s, count, since) => {
                system(out, s);
                out.push(*count);
                out.extend(since.0);
            }
            Self::ReadDeviceOperations(count, since) => {
                out.push(*count);
                out.extend(since.0);
            }
            Self::Reserved(byte) | Self::DutyCheck(byte) => out.push(*byte),
        }
    }
}

impl Unit {
    /// One that carries these.
    pub fn of(kind: u8, objects: Vec<Object>) -> Self {
        Self { kind, count: objects.len().min(255) as u8, objects, left_over: Vec::new() }
    }

    /// Reads the data of a frame; none when there is none. What cannot be read is left over, and nothing is lost.
    pub fn decode(data: &[u8]) -> Option<Self> {
        let (kind, rest) = data.split_first()?;
        let Some((count, rest)) = rest.split_first() else {
            return Some(Self { kind: *kind, count: 0, objects: Vec::new(), left_over: Vec::new() });
        };
        let mut objects = Vec::new();
        let mut left = rest;
        while objects.len() < usize::from(*count) {
            let mut front = Front(left);
            let Some(object) = Object::read(*kind, &mut front) else { break };
            left = front.0;
            objects.push(object);
        }
        Some(Self { kind: *kind, count: *count, objects, left_over: left.to_vec() })
    }

    /// The bytes of it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.kind, self.count];
        for object in &self.objects {
            object.write(&mut out);
        }
        out.extend(&self.left_over);
        out
    }

    /// What is odd about it: code and sentence.
    pub fn oddities(&self) -> Vec<(&'static str, String)> {
        let mut odd = Vec::new();
        match most_objects(self.kind) {
            None if self.kind < 128 => {
                odd.push(("unit.type", format!("类型标志 {} 是预留的，内容原样保存", self.kind)));
            }
            None => odd.push(("unit.user_type", format!("类型标志 {} 由厂家自定，内容原样保存", self.kind))),
            Some(most) => {
                if self.count > most || self.count == 0 {
                    odd.push(("unit.count", format!("信息对象数目 {} 不在 1 到 {most} 之间", self.count)));
                }
                if self.objects.len() < usize::from(self.count) {
                    let (said, read) = (self.count, self.objects.len());
                    odd.push(("unit.cut", format!("说有 {said} 个信息对象，只读出 {read} 个")));
                } else if !self.left_over.is_empty() {
                    odd.push(("unit.left_over", format!("信息对象之后还有 {} 个字节", self.left_over.len())));
                }
            }
        }
        odd
    }
}

/// A text of GB 18030 without the zeros and blanks that fill it up.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, _, _) = encoding_rs::GB18030.decode(bytes.get(..end).unwrap_or_default());
    text.trim_end().to_owned()
}
