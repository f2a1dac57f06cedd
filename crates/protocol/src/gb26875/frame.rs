//! Frames of GB/T 26875.3 (table 1): out of a stream in which they are joined, cut and surrounded by garbage, and back
//! into bytes. What does not belong here: what the data of a frame means (`unit`).

use std::collections::VecDeque;

use super::dialect::{self, Dialect};
use crate::Problem;

/// "@@".
const START: [u8; 2] = [0x40, 0x40];
/// "##".
const END: [u8; 2] = [0x23, 0x23];
/// Bytes before the data.
const HEAD: usize = 27;
/// Bytes of a frame without data.
const LEAST: usize = 30;
/// The most data a frame carries.
pub const MOST_DATA: usize = 1024;
/// Where the command byte stands, counted from the sequence number.
const COMMAND_AT: usize = 24;
/// Of what is no frame so many bytes are kept to be looked at. Units: bytes.
pub const MOST_KEPT: usize = 256;
/// Addresses have six bytes.
const MOST_ADDRESS: u64 = (1 << 48) - 1;

/// Six bytes of time: second, minute, hour, day, month, year of the century. Kept as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp(pub [u8; 6]);

impl Stamp {
    /// Year, month, day, hour, minute, second; none when they are no time.
    pub fn parts(self) -> Option<(u16, u8, u8, u8, u8, u8)> {
        let [second, minute, hour, day, month, year] = self.0;
        let leap = year % 4 == 0;
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let good = second < 60 && minute < 60 && hour < 24 && (1..=days).contains(&day) && year < 100;
        good.then_some((2000 + u16::from(year), month, day, hour, minute, second))
    }

    /// As `2012-09-26T09:58:35`, in the zone of whoever wrote it; none when it is no time.
    pub fn text(self) -> Option<String> {
        let (year, month, day, hour, minute, second) = self.parts()?;
        Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
    }

    /// Reads `2012-09-26T09:58:35`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let mut numbers = date.split('-').chain(time.split(':')).map(str::parse::<u16>);
        let mut next = || numbers.next()?.ok();
        let (year, month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let byte = |n: u16| u8::try_from(n).ok();
        let stamp = Self([
            byte(second)?,
            byte(minute)?,
            byte(hour)?,
            byte(day)?,
            byte(month)?,
            byte(year.checked_sub(2000)?)?,
        ]);
        stamp.parts().map(|_| stamp)
    }
}

/// 命令字节.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// 控制命令.
    Control,
    /// 发送数据.
    Send,
    /// 确认.
    Confirm,
    /// 请求.
    Request,
    /// 应答.
    Answer,
    /// 否认.
    Deny,
    /// 用户自行定义: 128–255.
    User(u8),
    /// 预留.
    Reserved(u8),
}

impl Command {
    /// The byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Control => 1,
            Self::Send => 2,
            Self::Confirm => 3,
            Self::Request => 4,
            Self::Answer => 5,
            Self::Deny => 6,
            Self::User(byte) | Self::Reserved(byte) => byte,
        }
    }
}

impl From<u8> for Command {
    fn from(byte: u8) -> Self {
        match byte {
            1 => Self::Control,
            2 => Self::Send,
            3 => Self::Confirm,
            4 => Self::Request,
            5 => Self::Answer,
            6 => Self::Deny,
            128.. => Self::User(byte),
            _ => Self::Reserved(byte),
        }
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    /// 业务流水号.
    pub sequence: u16,
    /// 协议版本号: main, user.
    pub version: (u8, u8),
    /// 时间标签 of the header.
    pub time: Stamp,
    /// 源地址, 48 bits.
    pub source: u64,
    /// 目的地址, 48 bits.
    pub destination: u64,
    /// 命令字节.
    pub command: Command,
    /// 应用数据单元, at most 1024 bytes.
    pub data: Vec<u8>,
}

impl Frame {
    /// The bytes of it, as the standard checks them.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(dialect::standard())
    }

    /// The bytes of it in a dialect. Data beyond 1024 bytes and addresses beyond 48 bits are cut off.
    pub fn encode_as(&self, dialect: &Dialect) -> Vec<u8> {
        let data = self.data.get(..self.data.len().min(MOST_DATA)).unwrap_or_default();
        let mut out = Vec::with_capacity(LEAST + data.len());
        out.extend(START);
        out.extend(self.sequence.to_le_bytes());
        out.extend([self.version.0, self.version.1]);
        out.extend(self.time.0);
        for address in [self.source, self.destination] {
            out.extend((address & MOST_ADDRESS).to_le_bytes().iter().take(6));
        }
        out.extend((data.len() as u16).to_le_bytes());
        out.push(self.command.byte());
        out.extend(data);
        out.push(dialect.check(out.get(2..).unwrap_or_default(), COMMAND_AT));
        out.extend(END);
        out
    }

    /// The answer of whoever it was sent to: same sequence number, addresses the other way round.
    pub fn reply(&self, command: Command, time: Stamp, data: Vec<u8>) -> Self {
        Self { time, source: self.destination, destination: self.source, command, data, ..*self }
    }

    /// Whether it only says that the sender lives: data sent, none in it. Not in the standard, but practice.
    pub fn is_heartbeat(&self) -> bool {
        self.command == Command::Send && self.data.is_empty()
    }
}

/// What was found in the stream, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A frame, and what is odd about it though it is taken.
    Frame {
        /// It.
        frame: Frame,
        /// Its bytes as they came.
        bytes: Vec<u8>,
        /// What is odd.
        notes: Vec<Problem>,
    },
    /// Something that is no frame, or one that must be refused.
    Broken {
        /// Why.
        problem: Problem,
        /// The frame that is to be denied, where its head could be read.
        deny: Option<Frame>,
        /// Its bytes: all of them where it has an end, else the first [`MOST_KEPT`].
        bytes: Vec<u8>,
    },
}

/// Takes frames out of a stream, whatever pieces it comes in.
#[derive(Debug, Clone)]
pub struct Splitter {
    dialect: &'static Dialect,
    waiting: VecDeque<u8>,
    /// Bytes of the stream before `waiting`.
    offset: usize,
    /// Where the garbage began that is being passed over, and its first bytes.
    garbage: Option<(usize, Vec<u8>)>,
}

enum Look {
    /// More bytes are needed to tell.
    Short,
    /// It ends here.
    Whole(usize),
    /// It is no frame.
    No(&'static str),
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// What begins at the front of the bytes, which begin with "@@".
fn look(bytes: &[u8]) -> Look {
    let Some(length) = bytes.get(HEAD - 3..HEAD - 1).map(number) else { return Look::Short };
    let length = length as usize;
    if length > MOST_DATA {
        return Look::No("frame.length");
    }
    match bytes.get(LEAST + length - 2..LEAST + length) {
        None => Look::Short,
        Some(end) if end == END => Look::Whole(LEAST + length),
        Some(_) => Look::No("frame.end"),
    }
}

impl Splitter {
    /// One that begins with a new stream.
    pub fn new(dialect: &'static Dialect) -> Self {
        Self { dialect, waiting: VecDeque::new(), offset: 0, garbage: None }
    }

    /// How many bytes wait for what follows them: at most one frame's.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// More of the stream.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.waiting.extend(bytes);
        self.take(false)
    }

    /// The stream is at its end: what waits is no frame any more.
    pub fn finish(&mut self) -> Vec<Event> {
        self.take(true)
    }

    fn take(&mut self, is_last: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let all: Vec<u8> = std::mem::take(&mut self.waiting).into();
        let mut rest = all.as_slice();
        loop {
            let start = rest.windows(2).position(|two| two == START);
            let Some(start) = start else {
                // A last "@" may be the first half of a start.
                let keep = usize::from(!is_last && rest.last() == Some(&0x40));
                let (skip, kept) = rest.split_at(rest.len() - keep);
                self.skip(skip);
                rest = kept;
                break;
            };
            if start > 0 {
                let (skip, kept) = rest.split_at(start);
                self.skip(skip);
                rest = kept;
            }
            match look(rest) {
                Look::Whole(length) => {
                    self.garbage_ends(&mut events);
                    let (frame, after) = rest.split_at(length);
                    events.push(self.frame(frame));
                    self.offset += length;
                    rest = after;
                }
                Look::Short if is_last => {
                    self.garbage_ends(&mut events);
                    events.push(self.broken(rest, rest.len(), "frame.cut"));
                    self.offset += rest.len();
                    rest = &[];
                    break;
                }
                // A length that lies must not hold up what comes after it.
                Look::Short => match self.whole_within(rest) {
                    None => break,
                    Some(at) => {
                        self.garbage_ends(&mut events);
                        events.push(self.broken(rest, at, "frame.cut"));
                        self.offset += at;
                        rest = rest.get(at..).unwrap_or_default();
                    }
                },
                Look::No(code) => {
                    self.garbage_ends(&mut events);
                    // The start may have been two bytes of garbage before a real one.
                    let next = rest.get(1..).unwrap_or_default().windows(2).position(|two| two == START);
                    let skip = next.map_or_else(
                        || rest.len() - usize::from(!is_last && rest.last() == Some(&0x40)),
                        |at| at + 1,
                    );
                    events.push(self.broken(rest, skip, code));
                    self.offset += skip;
                    rest = rest.get(skip..).unwrap_or_default();
                }
            }
        }
        // Told by the piece: whoever sends nothing else is noticed while he does.
        let long = self.garbage.as_ref().is_some_and(|(from, _)| self.offset - from >= LEAST + MOST_DATA);
        if is_last || long {
            self.garbage_ends(&mut events);
        }
        self.waiting = rest.to_vec().into();
        events
    }

    /// Where a sound frame begins within bytes that are not yet one.
    fn whole_within(&self, bytes: &[u8]) -> Option<usize> {
        (1..bytes.len().saturating_sub(LEAST - 1)).find(|at| {
            let inner = bytes.get(*at..).unwrap_or_default();
            inner.starts_with(&START)
                && matches!(look(inner), Look::Whole(length) if self.is_sound(inner.get(..length).unwrap_or_default()))
        })
    }

    fn is_sound(&self, frame: &[u8]) -> bool {
        let body = frame.get(2..frame.len().saturating_sub(3)).unwrap_or_default();
        frame.len().checked_sub(3).and_then(|at| frame.get(at)) == Some(&self.dialect.check(body, COMMAND_AT))
    }

    fn skip(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let (_, kept) = self.garbage.get_or_insert_with(|| (self.offset, Vec::new()));
            kept.extend(bytes.iter().take(MOST_KEPT - kept.len()));
            self.offset += bytes.len();
        }
    }

    fn garbage_ends(&mut self, events: &mut Vec<Event>) {
        if let Some((offset, bytes)) = self.garbage.take() {
            let problem = problem(offset, "frame.garbage", &(self.offset - offset).to_string());
            events.push(Event::Broken { problem, deny: None, bytes });
        }
    }

    /// No frame, though it begins like one; so many of the bytes are passed over.
    fn broken(&self, bytes: &[u8], passed: usize, code: &'static str) -> Event {
        let kept = bytes.get(..passed.min(MOST_KEPT)).unwrap_or_default().to_vec();
        Event::Broken { problem: problem(self.offset, code, ""), deny: head(bytes), bytes: kept }
    }

    /// A whole frame by its length and end.
    fn frame(&self, bytes: &[u8]) -> Event {
        let Some(mut frame) = head(bytes) else { return self.broken(bytes, bytes.len(), "frame.cut") };
        frame.data = bytes.get(HEAD..bytes.len().saturating_sub(3)).unwrap_or_default().to_vec();
        let refused = match frame.command {
            _ if !self.is_sound(bytes) => Some("frame.checksum"),
            Command::Reserved(_) => Some("frame.command"),
            _ => None,
        };
        if let Some(code) = refused {
            let problem = problem(self.offset, code, &frame.command.byte().to_string());
            return Event::Broken { problem, deny: Some(frame), bytes: bytes.to_vec() };
        }
        let mut notes = Vec::new();
        if frame.version.0 != 1 {
            notes.push(problem(self.offset + 4, "frame.version", &frame.version.0.to_string()));
        }
        if frame.time.parts().is_none() {
            notes.push(problem(self.offset + 6, "frame.time", ""));
        }
        Event::Frame { frame, bytes: bytes.to_vec(), notes }
    }
}

/// The head of a frame, without its data.
fn head(bytes: &[u8]) -> Option<Frame> {
    let head = bytes.get(..HEAD)?;
    let part = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
    let time = <[u8; 6]>::try_from(part(6, 12)).ok()?;
    Some(Frame {
        sequence: number(part(2, 4)) as u16,
        version: (*head.get(4)?, *head.get(5)?),
        time: Stamp(time),
        source: number(part(12, 18)),
        destination: number(part(18, 24)),
        command: Command::from(*head.get(26)?),
        data: Vec::new(),
    })
}

fn problem(offset: usize, code: &'static str, what: &str) -> Problem {
    let message = match code {
        "frame.garbage" => format!("有 {what} 个字节不属于任何报文，已跳过"),
        "frame.length" => "应用数据单元长度超过 1024，已跳过并从下一个启动符重新同步".to_owned(),
        "frame.end" => "结束符不是 ##，已跳过并从下一个启动符重新同步".to_owned(),
        "frame.checksum" => "校验和不对，报文作废，请发送方重发".to_owned(),
        "frame.command" => format!("命令字节 {what} 是预留的，报文作废"),
        "frame.version" => format!("主版本号是 {what}，标准规定为 1；报文照收"),
        "frame.time" => "时间标签不是有效时间；报文照收，以收到时间为准".to_owned(),
        _ => "报文没有收全，请补齐后重发".to_owned(),
    };
    Problem { offset, code, message }
}
