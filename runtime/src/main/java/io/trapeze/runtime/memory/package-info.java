// SPDX-License-Identifier: Apache-2.0
/** Memory outside the Java heap, with accessors that check their bounds and survive closing. */
package io.trapeze.runtime.memory;
