// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Puts a Maven distribution in place for {@code mvnw}: takes a zip file from a URL, checks its SHA-512, unpacks it beside
 * the place it is meant for and moves it there in one step, so that nobody ever sees half of it.
 *
 * <p>Run as a single source file: {@code java InstallMaven.java URL SHA512 FOLDER}. Any host's JDK will do, which is why this
 * is not a shell script.
 */
final class InstallMaven {
    private static final int CONNECT_MILLIS = 20_000;
    private static final int READ_MILLIS = 60_000;

    private InstallMaven() {}

    public static void main(String[] args) throws IOException {
        URI from = URI.create(args[0]);
        Path place = Path.of(args[2]).toAbsolutePath();
        Files.createDirectories(place.getParent());
        Path room = Files.createTempDirectory(place.getParent(), "unpacking-");
        int status = 0;
        try {
            Path zip = room.resolve("maven.zip");
            String sum = download(from, zip);
            if (!sum.equals(args[1].toLowerCase(Locale.ROOT))) {
                throw new IOException(
                        ("%s is not the file that was expected:%n  expected SHA-512 %s%n  found    SHA-512 %s%n"
                                        + "Nothing was installed. Try again, or set MVNW_DISTRIBUTION_URL to a copy that you trust.")
                                .formatted(from, args[1], sum));
            }
            Path home = unpack(zip, room);
            moveOnce(home, place);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("mvnw: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            status = 1;
        } finally {
            delete(room);
        }
        System.exit(status);
    }

    /** Copies what {@code from} names into {@code file}, and tells its SHA-512. */
    private static String download(URI from, Path file) throws IOException {
        MessageDigest digest = sha512();
        try (InputStream in = new DigestInputStream(open(from), digest);
                OutputStream out = Files.newOutputStream(file)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new IOException(
                    ("could not read %s (%s)%nIs there a way to it from here? If not, install Maven and put it on the"
                                    + " PATH, or set MVNW_DISTRIBUTION_URL to a mirror or a file:/// URL of the same zip file.")
                            .formatted(from, e));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static InputStream open(URI from) throws IOException {
        URL url = from.toURL();
        Proxy proxy = proxyFor(from);
        URLConnection connection = proxy == null ? url.openConnection() : url.openConnection(proxy);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        return connection.getInputStream();
    }

    /** The proxy that the environment names, as curl reads it; null where the JDK's own settings are to decide. */
    private static Proxy proxyFor(URI from) {
        String scheme = String.valueOf(from.getScheme()).toLowerCase(Locale.ROOT);
        String setting = environment(scheme + "_proxy");
        if (setting.isEmpty() || isLocal(from) || environment("no_proxy").contains(String.valueOf(from.getHost()))) {
            return null;
        }
        URI proxy = URI.create(setting.contains("://") ? setting : "http://" + setting);
        if (proxy.getUserInfo() != null) {
            String[] user = proxy.getUserInfo().split(":", 2);
            Authenticator.setDefault(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(user[0], (user.length > 1 ? user[1] : "").toCharArray());
                }
            });
        }
        int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port));
    }

    private static boolean isLocal(URI from) {
        String host = String.valueOf(from.getHost());
        return host.equals("localhost") || host.startsWith("127.");
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        value = value == null ? System.getenv(name.toUpperCase(Locale.ROOT)) : value;
        return value == null ? "" : value.trim();
    }

    /** Unpacks {@code zip} into {@code room} and returns the one folder that every entry lies in. */
    private static Path unpack(Path zip, Path room) throws IOException {
        Path top = null;
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path to = room.resolve(entry.getName()).normalize();
                if (!to.startsWith(room) || to.equals(room)) {
                    throw new IOException("the zip file has an entry outside itself: " + entry.getName());
                }
                top = room.resolve(room.relativize(to).getName(0));
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    Files.copy(in, to);
                }
            }
        }
        if (top == null || !Files.isRegularFile(top.resolve("bin/mvn"))) {
            throw new IOException("the zip file holds no Maven: there is no bin/mvn in it");
        }
        top.resolve("bin/mvn").toFile().setExecutable(true, false);
        return top;
    }

    /** Moves {@code home} to {@code place}, unless somebody else was there first: theirs has the same checksum. */
    private static void moveOnce(Path home, Path place) throws IOException {
        try {
            Files.move(home, place);
        } catch (FileSystemException e) {
            if (!Files.isRegularFile(place.resolve("bin/mvn"))) {
                throw e;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) inside.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-512, though every JDK must", e);
        }
    }
}
