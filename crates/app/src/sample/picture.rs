//! Drawn pictures for the sample town, so that no photograph of a real place stands for an invented one. A room in a few
//! rectangles: cluttered before, clear after. What does not belong here: keeping photos (`store::photo`).

use image::{ImageFormat, Rgb, RgbImage};

use super::dice::Dice;

/// Units: pixels.
pub(super) const WIDTH: u32 = 400;
/// Units: pixels.
pub(super) const HEIGHT: u32 = 300;
/// The plan of a room is drawn on 640 × 480 and painted smaller.
const PLAN: u32 = 640;

/// Draws what a picture of this hazard category shows in this role; `variant` makes it another room.
pub(super) fn draw(category: &str, role: &str, variant: u64) -> Option<Vec<u8>> {
    let mut dice = Dice::new(&format!("picture {category} {variant}"));
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    if role == "signature" {
        signature(&mut picture, &mut dice);
    } else {
        room(&mut picture, &mut dice);
        if category == "board" {
            board(&mut picture, &mut dice);
        }
        if role == "item" || role == "before" {
            clutter(&mut picture, &mut dice, category);
        }
        grain(&mut picture, &mut dice);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).ok()?;
    Some(bytes.into_inner())
}

fn fill(picture: &mut RgbImage, x: u32, y: u32, width: u32, height: u32, colour: [u8; 3]) {
    let scaled = |n: u32| n * WIDTH / PLAN;
    let (x, y, width, height) = (scaled(x), scaled(y), scaled(width).max(1), scaled(height).max(1));
    for py in y..(y + height).min(HEIGHT) {
        // A little darker downwards, as under one lamp.
        let shade = |c: u8| (u32::from(c) * (1000 - (py - y) * 180 / height.max(1)) / 1000) as u8;
        for px in x..(x + width).min(WIDTH) {
            picture.put_pixel(px, py, Rgb(colour.map(shade)));
        }
    }
}

/// A placard on the wall: a red head, lines of names, a code in its corner.
fn board(picture: &mut RgbImage, dice: &mut Dice) {
    let left = 150 + dice.below(60) as u32;
    fill(picture, left - 8, 62, 336, 236, [96, 100, 104]);
    fill(picture, left, 70, 320, 220, [250, 250, 246]);
    fill(picture, left, 70, 320, 38, [178, 38, 30]);
    fill(picture, left + 70, 82, 180, 14, [248, 232, 228]);
    for line in 0..7 {
        fill(picture, left + 22, 122 + line * 22, 50, 8, [60, 62, 66]);
        fill(picture, left + 96, 122 + line * 22, 84 + (line % 3) * 14, 8, [128, 130, 134]);
    }
    for spot in 0..25 {
        let dark = if dice.chance(520) { 20 } else { 240 };
        fill(picture, left + 236 + spot % 5 * 13, 204 + spot / 5 * 13, 13, 13, [dark, dark, dark]);
    }
}

fn room(picture: &mut RgbImage, dice: &mut Dice) {
    let warm = 200 + dice.below(36) as u8;
    fill(picture, 0, 0, PLAN, 320, [warm, warm - 6, warm - 18]);
    fill(picture, 0, 320, PLAN, 160, [150, 142, 130]);
    let door = 90 + dice.below(300) as u32;
    fill(picture, door, 90, 130, 232, [92, 112, 104]);
    fill(picture, door + 10, 100, 110, 222, [188, 202, 192]);
    // The sign above the door.
    fill(picture, door + 20, 54, 90, 26, [24, 128, 78]);
    fill(picture, door + 30, 62, 40, 10, [226, 244, 232]);
    // An extinguisher in its corner.
    let corner = if door > 240 { 40 } else { 560 };
    fill(picture, corner, 250, 26, 74, [188, 38, 30]);
    fill(picture, corner + 8, 238, 10, 14, [40, 40, 40]);
    for stripe in 0..8 {
        fill(picture, stripe * 80, 330 + (stripe % 2) * 4, 78, 2, [124, 116, 106]);
    }
}

fn clutter(picture: &mut RgbImage, dice: &mut Dice, category: &str) {
    let boxes = 4 + dice.below(6);
    for _ in 0..boxes {
        let (x, size) = (60 + dice.below(480) as u32, 50 + dice.below(70) as u32);
        let y = 420 - size - dice.below(60) as u32;
        let colour = match category {
            "10" => [46, 66, 92],
            "05" => [88, 108, 128],
            "07" => [150, 60, 40],
            _ => [176, 138 + dice.below(20) as u8, 92],
        };
        fill(picture, x, y, size + 20, size, colour);
        fill(picture, x + size / 2 - 4, y, 10, size, [206, 176, 128]);
    }
    if matches!(category, "04" | "10") {
        for n in 0..90u32 {
            fill(picture, 80 + n * 5, 120 + (n * n / 40) % 90, 6, 4, [30, 30, 34]);
        }
    }
    // The frame that a phone's marker draws around the trouble.
    let (x, y) = (120 + dice.below(160) as u32, 200 + dice.below(60) as u32);
    for (dx, dy, width, height) in [(0, 0, 220, 4), (0, 176, 220, 4), (0, 0, 4, 180), (216, 0, 4, 180)] {
        fill(picture, x + dx, y + dy, width, height, [240, 190, 40]);
    }
}

fn signature(picture: &mut RgbImage, dice: &mut Dice) {
    for pixel in picture.pixels_mut() {
        *pixel = Rgb([252, 252, 250]);
    }
    let (mut x, mut y) = (80_i64, 240_i64);
    for _ in 0..420 {
        x = (x + i64::try_from(dice.below(5)).unwrap_or(0) - 1).clamp(10, 620);
        y = (y + i64::try_from(dice.below(13)).unwrap_or(0) - 6).clamp(140, 340);
        fill(picture, x as u32, y as u32, 5, 5, [24, 28, 40]);
    }
}

fn grain(picture: &mut RgbImage, dice: &mut Dice) {
    for pixel in picture.pixels_mut() {
        let noise = dice.below(9) as u8;
        pixel.0 = pixel.0.map(|c| c.saturating_add(noise).saturating_sub(4));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_are_two_pictures_of_the_same_size_and_the_same_every_time() {
        let draw = |role: &str| draw("01", role, 1).expect("drawn");
        let (before, after) = (draw("item"), draw("fix"));
        assert_ne!(before, after);
        assert_eq!(before, draw("item"));
        for bytes in [before, after, draw("signature")] {
            let opened = image::load_from_memory(&bytes).expect("a picture");
            assert_eq!((opened.width(), opened.height()), (WIDTH, HEIGHT));
        }
    }
}
