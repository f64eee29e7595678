package io.pgbackup.sftp;

import com.jcraft.jsch.SocketFactory;
import io.pgbackup.storage.FailedStep;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;

/** Connects to a server, and says whether its name or its port was the trouble. Tries every address of the name. */
record Dialer(Duration timeout) implements SocketFactory {
    @Override
    public Socket createSocket(String host, int port) throws IOException {
        IOException last = new IOException("the name " + host + " has no address");
        for (InetAddress address : resolve(host)) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
                return socket;
            } catch (IOException e) {
                socket.close();
                last = new StepFailure(
                        FailedStep.CONNECTION,
                        "nothing answers at " + address.getHostAddress() + " port " + port + ": " + e.getMessage(),
                        e);
            }
        }
        throw last;
    }

    private static InetAddress[] resolve(String host) throws UnknownHostException {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            UnknownHostException named = new UnknownHostException("the name " + host + " cannot be resolved");
            named.initCause(e);
            throw named;
        }
    }

    @Override
    public InputStream getInputStream(Socket socket) throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream getOutputStream(Socket socket) throws IOException {
        return socket.getOutputStream();
    }
}
