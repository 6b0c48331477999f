// SPDX-License-Identifier: Apache-2.0
/** Code for linkers, kernels and other assemblers: ELF files and assembler text made of finished blobs. */
package io.trapeze.formats.object;
