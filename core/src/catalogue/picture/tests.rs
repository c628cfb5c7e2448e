use image::{Rgb, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

/// A file of so many dots, of which each is what `colour` says.
pub(crate) fn file(format: ImageFormat, width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb(colour(x, y)));
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Dots that no two files have alike and no compression makes shorter.
fn noise(x: u32, y: u32) -> [u8; 3] {
    let mut mixed = u64::from(x) << 32 | u64::from(y);
    mixed = (mixed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let bytes = (mixed ^ (mixed >> 32)).to_le_bytes();
    [bytes[0], bytes[3], bytes[5]]
}

fn dot(dots: &Dots, x: u32, y: u32) -> [u8; 3] {
    let at = usize::try_from((y * dots.width + x) * 3).unwrap();
    dots.rgb[at..at + 3].try_into().unwrap()
}

#[test]
fn a_file_of_each_kind_becomes_a_small_square_around_its_middle() {
    // Red on the left, white in the middle, blue on the right.
    let colour = |x: u32, _: u32| match x {
        0..150 => [255, 0, 0],
        150..450 => [255, 255, 255],
        _ => [0, 0, 255],
    };
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let picture = Picture::of_file(&file(format, 600, 300, colour)).unwrap();
        let dots = picture.dots().unwrap();
        assert_eq!((dots.width, dots.height), (SIDE, SIDE));
        for at in [8, SIDE / 2, SIDE - 8] {
            assert!(dot(&dots, at, at).iter().all(|colour| *colour > 240), "{format:?}: {:?}", dot(&dots, at, at));
        }
        assert_eq!(picture.id(), PictureId::of(picture.bytes()));
        assert!(picture.bytes().len() <= KEPT_BYTES);
    }
}

#[test]
fn the_same_file_makes_the_same_picture_and_one_that_is_kept_is_taken_as_it_is() {
    let png =
        file(ImageFormat::Png, 300, 300, |x, y| [u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 9]);
    let picture = Picture::of_file(&png).unwrap();
    assert_eq!(Picture::of_file(&png).unwrap(), picture);
    assert_eq!(Picture::of_file(picture.bytes()).unwrap().dots(), picture.dots());
    let kept = Picture::kept(picture.id(), picture.kind(), picture.bytes().to_vec());
    assert_eq!(kept.as_ref(), Some(&picture));
    assert_eq!(Picture::kept(picture.id(), picture.kind(), b"other".to_vec()), None);
}

#[test]
fn a_picture_smaller_than_a_tile_is_not_blown_up() {
    let dots = Picture::of_file(&file(ImageFormat::Png, 40, 7, |_, _| [1, 2, 3])).unwrap().dots().unwrap();
    assert_eq!((dots.width, dots.height, dot(&dots, 3, 3)), (7, 7, [1, 2, 3]));
    let one = Picture::of_file(&file(ImageFormat::Png, 1, 1, |_, _| [9, 9, 9])).unwrap().dots().unwrap();
    assert_eq!((one.width, one.height), (1, 1));
}

#[test]
fn what_lets_light_through_stands_on_white() {
    let seen = RgbaImage::from_fn(64, 64, |x, _| if x < 32 { Rgba([0, 0, 0, 0]) } else { Rgba([0, 0, 0, 128]) });
    let mut file = Cursor::new(Vec::new());
    seen.write_to(&mut file, ImageFormat::Png).unwrap();
    let dots = Picture::of_file(&file.into_inner()).unwrap().dots().unwrap();
    assert_eq!((dot(&dots, 1, 1), dot(&dots, 60, 60)), ([255; 3], [127; 3]));
}

/// A JPEG file with the word of its camera how it was held (EXIF tag 0x0112).
fn held(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff =
        [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
    let exif = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_is_turned_as_its_camera_was_held() {
    // Dark above, light in the middle and below.
    let upright = file(ImageFormat::Jpeg, 320, 320, |_, y| if y < 80 { [0; 3] } else { [255; 3] });
    let dark = |orientation| {
        let dots = Picture::of_file(&held(&upright, orientation)).unwrap().dots().unwrap();
        let (near, far, middle) = (10, SIDE - 10, SIDE / 2);
        let is_dark = |x, y| dot(&dots, x, y)[0] < 60;
        [is_dark(middle, near), is_dark(far, middle), is_dark(middle, far), is_dark(near, middle)]
    };
    assert_eq!(dark(1), [true, false, false, false]);
    assert_eq!(dark(3), [false, false, true, false]);
    assert_eq!(dark(6), [false, true, false, false]);
    assert_eq!(dark(8), [false, false, false, true]);
}

#[test]
fn whatever_is_on_it_a_picture_is_kept_small() {
    for (width, height) in [(SIDE, SIDE), (1000, 700), (3000, 64)] {
        let picture = Picture::of_file(&file(ImageFormat::Png, width, height, noise)).unwrap();
        assert!(picture.bytes().len() <= KEPT_BYTES, "{width} × {height}: {}", picture.bytes().len());
        assert!(picture.dots().unwrap().width >= 64);
    }
}

#[test]
fn what_is_no_picture_is_refused_in_words() {
    let png = file(ImageFormat::Png, 64, 64, noise);
    let cut = &png[..png.len() / 2];
    let wide = file(ImageFormat::Png, FILE_SIDE + 1, 1, |_, _| [0; 3]);
    for (file, refused) in [
        (&b""[..], PictureRefused::NotAPicture),
        (b"GIF89a\x01\0\x01\0\0\0\0;", PictureRefused::NotAPicture),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureRefused::NotAPicture),
        (cut, PictureRefused::Damaged),
        (&wide, PictureRefused::TooManyDots),
    ] {
        assert_eq!(Picture::of_file(file), Err(refused));
    }
    assert_eq!(Picture::of_file(&vec![0; FILE_BYTES + 1]), Err(PictureRefused::TooLong));
}

/// A PNG of a few hundred bytes that would be a gigabyte once decoded.
#[test]
fn a_file_that_would_fill_the_memory_is_refused_before_it_is_decoded() {
    let mut bomb = file(ImageFormat::Png, 2, 2, |_, _| [0; 3]);
    let side = 16_000u32.to_be_bytes();
    bomb[16..20].copy_from_slice(&side);
    bomb[20..24].copy_from_slice(&side);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(Picture::of_file(&bomb), Err(PictureRefused::TooManyDots));
}

/// The check of a PNG's parts (ISO 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn a_name_is_written_and_read_back() {
    let id = PictureId::of(b"");
    assert_eq!(id.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(serde_json::from_str::<PictureId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    let upper = id.to_string().to_uppercase();
    for other in ["", "e3b0", &upper, &format!("{id}0"), &"é".repeat(32)] {
        assert_eq!(other.parse::<PictureId>(), Err(NoPictureId), "{other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Bytes behind the first ones of a real file reach its decoder.
    #[test]
    fn no_bytes_make_it_panic(kind in 0usize..4, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let begun: [&[u8]; 4] = [b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBPVP8 "];
        let _ = Picture::of_file(&[begun[kind], &bytes].concat());
    }

    #[test]
    fn no_damage_to_a_file_makes_it_panic_or_keeps_too_much(
        kind in 0usize..3,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let format = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP][kind];
        let mut damaged = file(format, 24, 17, noise);
        for (at, byte) in damage {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        if cut {
            damaged.truncate(length.index(damaged.len()));
        }
        if let Ok(picture) = Picture::of_file(&damaged) {
            prop_assert!(picture.bytes().len() <= KEPT_BYTES);
            let dots = picture.dots().unwrap();
            prop_assert!(dots.width <= SIDE && dots.width == dots.height);
        }
    }
}
