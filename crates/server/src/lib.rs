//! The roof: configuration, the command line, the process. Knows everyone, decides nothing.

mod bench;
pub mod cli;
pub mod config;
pub mod courier;
mod danger;
pub mod demo;
pub mod doctor;
pub mod embed;
mod file;
mod frame;
mod ground;
pub mod keep;
pub mod ledger;
mod plan;
mod road;
pub mod serve;
mod storm;
