// SPDX-License-Identifier: Apache-2.0
/** What a convention says of the state before and after, by the part that code plays. */
package io.trapeze.testkit.oracle;
