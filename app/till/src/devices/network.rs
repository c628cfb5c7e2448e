//! A printer on the network, by its raw port.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

use comptoir_core::paper::{Paper, Width};

use super::escpos;
use super::printer::{Printer, PrinterError, PrinterStatus};

/// The port on which network printers listen.
pub const PRINTER_PORT: u16 = 9100;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// How long a status may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long a long ticket may take to print.
const PRINT_WITHIN: Duration = Duration::from_secs(15);

/// Where a printer is: `192.168.1.50`, `printer.local:9100`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterAddress {
    host: String,
    port: u16,
}

impl FromStr for PrinterAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<PrinterAddress, String> {
        let wrong = || format!("{text:?}: HOST, HOST:PORT");
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
            None => (text, PRINTER_PORT),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(wrong());
        }
        Ok(PrinterAddress { host: host.to_owned(), port })
    }
}

impl std::fmt::Display for PrinterAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A printer that takes ESC/POS over TCP. It is connected to for each paper, as tills share it.
#[derive(Clone, Debug)]
pub struct NetworkPrinter {
    address: PrinterAddress,
    width: Width,
}

impl NetworkPrinter {
    /// The printer at an address.
    pub fn new(address: PrinterAddress, width: Width) -> NetworkPrinter {
        NetworkPrinter { address, width }
    }

    fn connect(&self) -> Result<TcpStream, PrinterError> {
        let connect = || -> std::io::Result<TcpStream> {
            let mut refused = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
            for address in (self.address.host.as_str(), self.address.port).to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, CONNECT_WITHIN) {
                    Ok(stream) => {
                        stream.set_write_timeout(Some(PRINT_WITHIN))?;
                        stream.set_nodelay(true)?;
                        return Ok(stream);
                    }
                    Err(error) => refused = error,
                }
            }
            Err(refused)
        };
        connect().map_err(|cause| self.unreachable(cause))
    }

    fn unreachable(&self, cause: std::io::Error) -> PrinterError {
        PrinterError::Unreachable { printer: self.address.to_string(), cause }
    }

    /// Asks one byte of the printer.
    fn ask(&self, stream: &mut TcpStream, question: &[u8], within: Duration) -> Result<u8, PrinterError> {
        let mut ask = || {
            stream.set_read_timeout(Some(within))?;
            stream.write_all(question)?;
            let mut answer = [0];
            stream.read_exact(&mut answer)?;
            Ok(answer[0])
        };
        ask().map_err(|cause| self.unreachable(cause))
    }

    /// Reads the real-time status (DLE EOT 1, 2, 3 and 4), which a printer answers at once.
    fn read_status(&self, stream: &mut TcpStream) -> Result<PrinterStatus, PrinterError> {
        let mut answers = [0; 4];
        for (answer, number) in answers.iter_mut().zip(1..) {
            *answer = self.ask(stream, &[0x10, 0x04, number], ANSWER_WITHIN)?;
        }
        Ok(status_of(answers))
    }

    fn ready(&self, status: PrinterStatus) -> Result<(), PrinterError> {
        match status {
            PrinterStatus::Ready | PrinterStatus::PaperLow => Ok(()),
            status => Err(PrinterError::NotReady { printer: self.address.to_string(), status }),
        }
    }

    fn send(&self, stream: &mut TcpStream, bytes: &[u8]) -> Result<(), PrinterError> {
        stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|cause| self.unreachable(cause))
    }
}

impl Printer for NetworkPrinter {
    fn width(&self) -> Width {
        self.width
    }

    fn print(&mut self, _: &str, paper: &Paper) -> Result<(), PrinterError> {
        let bytes = escpos::encode(paper, self.width)?;
        let mut stream = self.connect()?;
        let status = self.read_status(&mut stream)?;
        self.ready(status)?;
        self.send(&mut stream, &bytes)?;
        // GS r 1 is answered in its turn, after all that was sent before it is printed. A printer that does not know it
        // is asked how it is.
        match self.ask(&mut stream, &[0x1d, b'r', 1], PRINT_WITHIN) {
            Ok(_) => Ok(()),
            Err(_) => {
                let status = self.read_status(&mut stream)?;
                self.ready(status)
            }
        }
    }

    fn open_drawer(&mut self) -> Result<(), PrinterError> {
        let mut stream = self.connect()?;
        self.send(&mut stream, &escpos::DRAWER_PULSE)
    }

    fn status(&mut self) -> Result<PrinterStatus, PrinterError> {
        let mut stream = self.connect()?;
        self.read_status(&mut stream)
    }
}

/// What the answers to DLE EOT 1 (printer), 2 (why it is off line), 3 (error) and 4 (paper) come to.
fn status_of([printer, offline, error, paper]: [u8; 4]) -> PrinterStatus {
    if offline & 0x04 != 0 {
        PrinterStatus::CoverOpen
    } else if paper & 0x60 != 0 || offline & 0x20 != 0 {
        PrinterStatus::PaperOut
    } else if error & 0x2c != 0 || printer & 0x08 != 0 {
        PrinterStatus::OutOfOrder
    } else if paper & 0x0c != 0 {
        PrinterStatus::PaperLow
    } else {
        PrinterStatus::Ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_or_without_its_port() {
        assert_eq!("192.168.1.50".parse::<PrinterAddress>().unwrap().to_string(), "192.168.1.50:9100");
        assert_eq!("bar.local:9101".parse::<PrinterAddress>().unwrap().to_string(), "bar.local:9101");
        for wrong in ["", ":9100", "bar:", "bar:99999", "the bar"] {
            assert!(wrong.parse::<PrinterAddress>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_status_says_what_somebody_must_do() {
        assert_eq!(status_of([0x12; 4]), PrinterStatus::Ready);
        assert_eq!(status_of([0x1a, 0x16, 0x12, 0x12]), PrinterStatus::CoverOpen);
        assert_eq!(status_of([0x1a, 0x32, 0x12, 0x72]), PrinterStatus::PaperOut);
        assert_eq!(status_of([0x12, 0x12, 0x12, 0x1e]), PrinterStatus::PaperLow);
        assert_eq!(status_of([0x1a, 0x52, 0x1a, 0x12]), PrinterStatus::OutOfOrder);
    }

    #[test]
    fn a_printer_that_is_not_there_is_said_to_be_so() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string().parse().unwrap();
        drop(listener);
        let mut printer = NetworkPrinter::new(address, Width::Wide);
        assert!(matches!(printer.print("1", &Paper::default()), Err(PrinterError::Unreachable { .. })));
    }
}
