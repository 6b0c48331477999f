// SPDX-License-Identifier: Apache-2.0
/** What makes {@code @ForAll RegisterState} work in properties of jqwik. */
package io.trapeze.testkit.jqwik;
