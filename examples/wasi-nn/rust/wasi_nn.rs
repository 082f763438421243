//! The functions of `wasi_ephemeral_nn` that a program needs, and safe names for them. The crate `wasi-nn` 0.6 is the same thing, whole.

mod imports {
    #[link(wasm_import_module = "wasi_ephemeral_nn")]
    extern "C" {
        pub fn load(builders: *const Builder, count: usize, encoding: u32, target: u32, graph: *mut u32) -> u32;
        pub fn load_by_name(name: *const u8, length: usize, graph: *mut u32) -> u32;
        pub fn init_execution_context(graph: u32, context: *mut u32) -> u32;
        pub fn set_input(context: u32, index: u32, tensor: *const Tensor) -> u32;
        pub fn compute(context: u32) -> u32;
        pub fn get_output(context: u32, index: u32, buffer: *mut u8, size: usize, written: *mut usize) -> u32;
    }

    /// A part of a model's file.
    #[repr(C)]
    pub struct Builder {
        pub bytes: *const u8,
        pub length: usize,
    }

    #[repr(C)]
    pub struct Tensor {
        pub dimensions: *const u32,
        pub rank: usize,
        pub kind: u32,
        pub data: *const u8,
        pub size: usize,
    }
}

const PYTORCH: u32 = 3;
const CPU: u32 = 0;
const F32: u32 = 1;

/// What a call gives where it does not succeed.
#[derive(Debug)]
pub struct Errno(pub u32);

fn check(errno: u32) -> Result<(), Errno> {
    if errno == 0 { Ok(()) } else { Err(Errno(errno)) }
}

pub struct Graph(u32);

impl Graph {
    /// A model that the host knows.
    pub fn by_name(name: &str) -> Result<Graph, Errno> {
        let mut graph = 0;
        check(unsafe { imports::load_by_name(name.as_ptr(), name.len(), &mut graph) })?;
        Ok(Graph(graph))
    }

    /// A model whose file this program has read.
    pub fn from_bytes(file: &[u8]) -> Result<Graph, Errno> {
        let builder = imports::Builder { bytes: file.as_ptr(), length: file.len() };
        let mut graph = 0;
        check(unsafe { imports::load(&builder, 1, PYTORCH, CPU, &mut graph) })?;
        Ok(Graph(graph))
    }

    pub fn context(&self) -> Result<Context, Errno> {
        let mut context = 0;
        check(unsafe { imports::init_execution_context(self.0, &mut context) })?;
        Ok(Context(context))
    }
}

pub struct Context(u32);

impl Context {
    pub fn set_input(&self, index: u32, dimensions: &[u32], values: &[f32]) -> Result<(), Errno> {
        let tensor = imports::Tensor {
            dimensions: dimensions.as_ptr(),
            rank: dimensions.len(),
            kind: F32,
            data: values.as_ptr().cast(),
            size: std::mem::size_of_val(values),
        };
        check(unsafe { imports::set_input(self.0, index, &tensor) })
    }

    pub fn compute(&self) -> Result<(), Errno> {
        check(unsafe { imports::compute(self.0) })
    }

    pub fn get_output(&self, index: u32, values: &mut [f32]) -> Result<(), Errno> {
        let mut written = 0;
        check(unsafe { imports::get_output(self.0, index, values.as_mut_ptr().cast(), std::mem::size_of_val(values), &mut written) })
    }
}
