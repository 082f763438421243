//! Reads a handwritten digit from a picture (PGM): digits PICTURE [MODEL]. MODEL is a name that the host knows, or else a file.

mod wasi_nn;

use std::{env, fs, process};
use wasi_nn::{Errno, Graph};

/// What the model's outputs are by their numbers: 0 are the logits.
const PROBABILITIES: u32 = 1;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if arguments.len() < 2 {
        fail("usage: digits PICTURE.pgm [MODEL]");
    }
    let (width, height, pixels) = read_picture(&arguments[1]);
    let model = arguments.get(2).map_or("digits", |name| name.as_str());
    match classify(&open(model), width, height, &pixels) {
        Ok(probabilities) => print(&probabilities),
        Err(Errno(number)) => fail(&format!("the model does not compute: error {}", number)),
    }
}

fn open(model: &str) -> Graph {
    Graph::by_name(model).unwrap_or_else(|Errno(by_name)| {
        let file = fs::read(model).unwrap_or_else(|_| fail(&format!("{} is neither a graph of the host's (error {}) nor a file", model, by_name)));
        Graph::from_bytes(&file).unwrap_or_else(|Errno(number)| fail(&format!("{} does not load: error {}", model, number)))
    })
}

fn classify(graph: &Graph, width: u32, height: u32, pixels: &[u8]) -> Result<[f32; 10], Errno> {
    let image: Vec<f32> = pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    let context = graph.context()?;
    context.set_input(0, &[1, 1, height, width], &image)?;
    context.compute()?;
    let mut probabilities = [0.0; 10];
    context.get_output(PROBABILITIES, &mut probabilities)?;
    Ok(probabilities)
}

fn print(probabilities: &[f32; 10]) {
    let mut best = 0;
    for (digit, &probability) in probabilities.iter().enumerate() {
        if probability > probabilities[best] {
            best = digit;
        }
        println!("{} {:.3} {}", digit, probability, "#".repeat((probability * 40.0 + 0.5) as usize));
    }
    println!("this is a {}", best);
}

/// Width, height and pixels of a grey picture: "P5", width, height and 255 as text, one white character, then a byte per pixel.
fn read_picture(path: &str) -> (u32, u32, Vec<u8>) {
    let file = fs::read(path).unwrap_or_else(|error| fail(&format!("{}: {}", path, error)));
    let mut at = 0;
    let mut words = Vec::new();
    while words.len() < 4 && at < file.len() {
        let end = file[at..].iter().position(u8::is_ascii_whitespace).map_or(file.len(), |length| at + length);
        words.push(String::from_utf8_lossy(&file[at..end]).into_owned());
        at = end + 1;
    }
    if let [magic, width, height, most] = words.as_slice() {
        if let (Ok(width), Ok(height)) = (width.parse::<u32>(), height.parse::<u32>()) {
            let pixels = file.get(at..).unwrap_or(&[]);
            if magic == "P5" && most == "255" && pixels.len() as u64 == u64::from(width) * u64::from(height) {
                return (width, height, pixels.to_vec());
            }
        }
    }
    fail(&format!("{} is no PGM picture of 256 greys (P5)", path))
}

fn fail(message: &str) -> ! {
    eprintln!("{}", message);
    process::exit(1)
}
