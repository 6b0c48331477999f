// SPDX-License-Identifier: Apache-2.0
/** Calling conventions as files: read with the place of each mistake, and written so that they read back the same. */
package io.trapeze.trampolines.abi.file;
