//! The program itself, as people start it. One test program: each file is a module of it.

mod common;

mod binary;
mod canary;
mod cli;
mod device;
mod full_disk;
mod message;
mod open311;
mod plan_check;
mod power_cut;
mod push;
mod two_nodes;
