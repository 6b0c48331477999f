// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * A folder of this user alone, in which peers are built and kept: one folder for each source and toolchain.
 *
 * <p>Files appear in it complete or not at all, so that two processes may use it at once.
 */
final class Workshop {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int KEY_DIGITS = 32;

    private final Path root;

    private Workshop(Path root) {
        this.root = root;
    }

    /** Where peers are kept for these variables: under {@code XDG_CACHE_HOME} if it is set, else in the temporary folder. */
    static Path usualPlace(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!cache.isEmpty() && Path.of(cache).isAbsolute()) { // the XDG specification has relative ones ignored
            return Path.of(cache, "trapeze-peers");
        }
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
        return Path.of(System.getProperty("java.io.tmpdir"), "trapeze-peers-" + user)
                .toAbsolutePath();
    }

    /**
     * Opens the workshop at that place, and makes it if need be.
     *
     * @throws IOException if it can't be made, or if somebody else could have put something there
     */
    static Workshop at(Path root) throws IOException {
        Files.createDirectories(root.getParent());
        createPrivate(root);
        return new Workshop(root);
    }

    /** The folder for that source, built by that recipe. */
    Path folder(byte[] source, Recipe recipe) throws IOException {
        MessageDigest digest = sha256();
        digest.update(source);
        Path tool = recipe.tool().toRealPath(); // follows to g++-12: an upgrade is another tool
        digest.update((recipe + "|" + tool + "|" + Files.getLastModifiedTime(tool)).getBytes(StandardCharsets.UTF_8));
        Path folder = root.resolve(HexFormat.of().formatHex(digest.digest()).substring(0, KEY_DIGITS));
        createPrivate(folder);
        return folder;
    }

    /** A new empty file in a folder of the workshop, for a name that {@link #publish} gives later. */
    static Path draft(Path folder) throws IOException {
        return Files.createTempFile(folder, "draft-", "");
    }

    /** Gives a draft its name, replacing in one step what had that name. */
    static void publish(Path draft, Path file) throws IOException {
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void createPrivate(Path folder) throws IOException {
        try {
            FileAttribute<?>[] attributes = POSIX
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                    : new FileAttribute<?>[0];
            Files.createDirectory(folder, attributes);
        } catch (FileAlreadyExistsException e) {
            requirePrivate(folder);
        }
    }

    private static void requirePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw refusal(folder, "is not a folder");
        }
        if (!POSIX) {
            return; // there the temporary folder is the user's own
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS))) {
            throw refusal(folder, "is open to other users");
        }
        Path probe = Files.createTempFile(folder, "probe-", "");
        try {
            if (!Files.getOwner(probe).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS))) {
                throw refusal(folder, "belongs to another user");
            }
        } finally {
            Files.delete(probe);
        }
    }

    private static IOException refusal(Path folder, String reason) {
        return new IOException(folder + " " + reason + ", so programs in it can't be trusted: remove it, or point"
                + " XDG_CACHE_HOME at a folder of yours");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
