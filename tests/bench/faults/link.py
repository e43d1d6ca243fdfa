"""A line between the screen and its server that can be cut, silent or slow."""
import socket
import threading
import time


class Link(threading.Thread):
    def __init__(self, to):
        super().__init__(daemon=True)
        self.to, self.state, self.open = to, "up", set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.start()

    def run(self):
        while True:
            one, _ = self.listener.accept()
            if self.state == "cut":
                one.close()
                continue
            try:
                other = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                one.close()
                continue
            with self.lock:
                self.open |= {one, other}
            for pair in ((one, other), (other, one)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def carry(self, source, sink):
        try:
            while data := source.recv(16384):
                while self.state == "silent":
                    time.sleep(0.05)
                if self.state == "slow":
                    time.sleep(len(data) / 50_000)
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            self.open -= {source, sink}

    def set(self, state):
        self.state = state
        if state != "cut":
            return
        with self.lock:
            sockets = list(self.open)
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
