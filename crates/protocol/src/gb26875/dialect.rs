//! Where makers and sources differ from the standard, as settings. The standard is the first; a decoder survives the
//! others without being told, a dialect only says how a reading is to be understood. What does not belong here: the
//! layout itself (`frame`, `unit`).
//!
//! Of fourteen known points of difference these change nothing that is decoded and are always borne: a clock command or
//! duty check with one reserved byte in place of its own (1, 2), a state bit 0 that says "test" in a real alarm (9), a
//! main version of 0 (10, noted), an empty unit as heartbeat (12), texts padded with blanks and a zero (13), two
//! different times in header and object (14). Names (3, 4, 6) and the misprint of bit 13 (7) follow the standard.

/// How the checksum is made (11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// Sum from the sequence number to the end of the data: the standard.
    Sum,
    /// Sum from the command byte onwards.
    SumFromCommand,
    /// Exclusive or from the command byte onwards.
    XorFromCommand,
}

/// How the four bytes of a part's address are read (8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartAddress {
    /// One number, low byte first.
    Number,
    /// Zone in the low half, point in the high half.
    ZonePoint,
}

/// What a number on the wire counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Its unit.
    pub unit: &'static str,
    /// How much of it one step is.
    pub step: f64,
}

/// A way of speaking GB/T 26875.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dialect {
    /// Its name, as given to a listener and kept with what came through it.
    pub name: &'static str,
    /// What it is, in words.
    pub label: &'static str,
    /// The checksum.
    pub checksum: Checksum,
    /// The address of a part.
    pub part_address: PartAddress,
    /// What analog type 5 counts (5).
    pub pressure_5: Step,
}

/// The standard's.
const KPA: Step = Step { unit: "kPa", step: 0.1 };
/// A transcription's of the standard, which has the same step of another unit; no device that sends so was seen.
const MPA: Step = Step { unit: "MPa", step: 0.1 };

const STANDARD: Dialect = Dialect {
    name: "standard",
    label: "GB/T 26875.3-2011",
    checksum: Checksum::Sum,
    part_address: PartAddress::Number,
    pressure_5: KPA,
};

/// Every one that is known. The first is the standard.
pub const DIALECTS: &[Dialect] = &[
    STANDARD,
    Dialect {
        name: "zone_point",
        label: "部件地址按区号、位号拆分",
        checksum: Checksum::Sum,
        part_address: PartAddress::ZonePoint,
        pressure_5: KPA,
    },
    Dialect {
        name: "pressure_mpa",
        label: "部件地址按区号、位号拆分，模拟量 5 以 0.1 MPa 计",
        checksum: Checksum::Sum,
        part_address: PartAddress::ZonePoint,
        pressure_5: MPA,
    },
    Dialect {
        name: "command_sum",
        label: "校验和自命令字节起累加",
        checksum: Checksum::SumFromCommand,
        part_address: PartAddress::Number,
        pressure_5: KPA,
    },
    Dialect {
        name: "command_xor",
        label: "校验和自命令字节起异或",
        checksum: Checksum::XorFromCommand,
        part_address: PartAddress::Number,
        pressure_5: KPA,
    },
];

/// The standard itself.
pub fn standard() -> &'static Dialect {
    &STANDARD
}

/// The one of this name.
pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|one| one.name == name)
}

impl Dialect {
    /// The check byte over a frame from its sequence number to the end of its data; `command_at` is where in it the
    /// command byte stands.
    pub(super) fn check(&self, body: &[u8], command_at: usize) -> u8 {
        let from_command = body.get(command_at..).unwrap_or_default();
        match self.checksum {
            Checksum::Sum => body.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)),
            Checksum::SumFromCommand => from_command.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)),
            Checksum::XorFromCommand => from_command.iter().fold(0, |sum, byte| sum ^ byte),
        }
    }
}
